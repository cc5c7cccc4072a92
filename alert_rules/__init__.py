"""Rules for Prometheus and routes for Alertmanager, as code: domain objects in, documents out. No I/O."""
