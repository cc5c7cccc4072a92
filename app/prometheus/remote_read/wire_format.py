"""How a remote read is spoken over HTTP (prometheus.io/docs/prometheus/latest/querying/remote_read_api)."""

PATH = "/api/v1/read"
HEADERS = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Read-Version": "0.1.0",
}
STREAMED, SAMPLES = "application/x-streamed-protobuf", "application/x-protobuf"
