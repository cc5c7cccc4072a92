"""Dashboards and provisioning for Grafana, as code: domain objects in, documents out. No I/O."""
