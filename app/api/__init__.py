"""The HTTP interface: routers call services, and everything that goes wrong is a problem document (RFC 9457)."""
