"""Ways to tell leaks that people use or publish, each in a file, beside ours."""
