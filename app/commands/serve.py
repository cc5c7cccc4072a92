"""`leakwatch serve`: the service, with its scheduled scans."""

from typing import Annotated

import typer

from app.commands import options


def command(
    prometheus_url: options.PrometheusUrl = None,
    recording: options.Recording = None,
    cluster: options.Cluster = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; 127.0.0.1 if unset.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="Port to listen on; 8080 if unset, 0 for a free one.")
    ] = None,
    upgrade: Annotated[bool, typer.Option("--upgrade", help="Bring the database's schema up to date first.")] = False,
    insecure_no_auth: Annotated[
        bool,
        typer.Option("--insecure-no-auth", help="Ask for no token; only on a loopback address."),
    ] = False,
) -> None:
    """Serve the pages and the API, and scan by the schedule. SIGTERM or Ctrl-C stop it cleanly."""
    from app.logs import configure_logs
    from app.serving import serve
    from app.settings import load_settings

    given = options.given(prometheus_url=prometheus_url, recording=recording, cluster=cluster, host=host, port=port)
    settings = load_settings(**given, auto_upgrade=upgrade or None, insecure_no_auth=insecure_no_auth or None)
    configure_logs(settings)
    serve(settings)
