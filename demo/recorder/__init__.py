"""Records real programs under real memory limits: `make record`. demo/README.md tells what to know about the result."""
