"""A scan's report for people and for programs."""
