"""Rows about one kind of program each: runtimes, stores, the ingress. Pure."""
