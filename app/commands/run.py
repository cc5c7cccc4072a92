"""`leakwatch run`: scan, show, serve; with nothing configured, on the demo cluster."""

import sys
import time


def command() -> None:
    """Scan the demo cluster (or LEAKWATCH_PROMETHEUS_URL), print what leaks, then serve to this machine, asking for no
    token."""
    from rich.console import Console

    from app.commands.progress import shown_progress
    from app.logs import configure_logs
    from app.output.formats import Format
    from app.output.write import write_report
    from app.prometheus.recording.demo import demo_recording
    from app.prometheus.source import Control
    from app.scanning.once import scan_once
    from app.serving import serve
    from app.settings import load_settings
    from detectors.judgement import Verdict

    settings = load_settings(auto_upgrade=True, insecure_no_auth=True)
    if settings.prometheus_url is None and settings.recording is None and not settings.clusters:
        demo = demo_recording()
        settings = load_settings(auto_upgrade=True, insecure_no_auth=True, recording=demo, scan_on_start=False)
        Console(stderr=True).print(
            f"Scanning the demo cluster {demo.name}; set LEAKWATCH_PROMETHEUS_URL to scan a Prometheus of yours.",
            soft_wrap=True,
        )
    configure_logs(settings)
    control = Control(deadline=time.monotonic() + settings.scan_time_limit)
    with shown_progress(control, quiet=False):
        report = scan_once(settings, control, end=None, store=True)
    leaks = [one for one in report.findings if one.verdict is not Verdict.HEALTHY]
    write_report(report, leaks, Format.TABLE, sys.stdout)
    sys.stdout.flush()
    serve(settings.model_copy(update={"scan_on_start": False}))
