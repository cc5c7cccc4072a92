"""How fast a fleet's memory is read, and what that costs Prometheus, beside how it is read today."""
