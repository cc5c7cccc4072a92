"""Alerts on containers and workloads, and on their nodes and volumes: one file an idea, and its situations."""
