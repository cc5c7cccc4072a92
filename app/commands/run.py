"""`leakwatch run`: scan, show, serve; with nothing configured, on the demo cluster."""

import sys
import time

_HOUR = 3600.0
_HOURS_BACK = 12


def command() -> None:
    """Scan the demo cluster (or LEAKWATCH_PROMETHEUS_URL), print what leaks, then serve to this machine, asking for no
    token."""
    from rich.console import Console

    from app.commands.progress import shown_progress
    from app.logs import configure_logs
    from app.output.formats import Format
    from app.output.write import write_report
    from app.prometheus.recording.demo import recent_demo
    from app.prometheus.source import Control
    from app.scanning.once import scan_once
    from app.scanning.replay import replay
    from app.serving import serve
    from app.settings import load_settings
    from detectors.judgement import Verdict

    settings = load_settings(auto_upgrade=True, insecure_no_auth=True)
    is_demo = settings.prometheus_url is None and settings.recording is None and not settings.clusters
    if is_demo:
        now = time.time()
        demo, end = recent_demo(settings.data_dir, now)
        settings = load_settings(auto_upgrade=True, insecure_no_auth=True, recording=demo, scan_on_start=False)
        Console(stderr=True).print(
            "Scanning a recorded demo cluster as if it ran now; set LEAKWATCH_PROMETHEUS_URL to scan a Prometheus of "
            "yours.",
            soft_wrap=True,
        )
    configure_logs(settings)
    if is_demo:
        # What one sees first has a past then: what was found when, and how it became worse.
        replay(settings, [end - _HOUR * back for back in range(_HOURS_BACK, 0, -1)], now)
    control = Control(deadline=time.monotonic() + settings.scan_time_limit)
    with shown_progress(control, quiet=False):
        report = scan_once(settings, control, end=None, store=True)
    leaks = [one for one in report.findings if one.verdict is not Verdict.HEALTHY]
    write_report(report, leaks, Format.TABLE, sys.stdout)
    sys.stdout.flush()
    serve(settings.model_copy(update={"scan_on_start": False}))
