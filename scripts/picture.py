"""Draws docs/scan.svg: what `leakwatch scan --recording demo/cluster.parquet` prints on a terminal.

python scripts/picture.py
"""

import io
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from app.output.table import print_report
from app.output.urgency import by_urgency
from app.prometheus.source import Control
from app.scanning.service import make_perform
from app.settings import load_settings
from detectors.judgement import Verdict

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "scan.svg"
_WIDTH = 152
_THEME = TerminalTheme(
    (24, 28, 36),
    (222, 226, 232),
    [
        *((60, 66, 78), (240, 113, 120), (140, 200, 120), (240, 190, 100)),
        *((110, 160, 240), (200, 140, 220), (90, 200, 210), (222, 226, 232)),
    ],
)
# rich's own frame without the fonts that it would fetch from elsewhere: a reader's terminal font does.
_FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
 aria-label="What leakwatch scan prints for the demo cluster">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace;
 font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
<rect fill="#181c24" width="{width}" height="{height}" rx="8"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture() -> str:
    """The picture, the same each time."""
    settings = load_settings(recording=ROOT / "demo" / "cluster.parquet")
    report = make_perform(settings)(Control())
    told = by_urgency(one for one in report.findings if one.verdict is not Verdict.HEALTHY)
    console = Console(
        record=True,
        width=_WIDTH,
        force_terminal=True,
        color_system="truecolor",
        file=io.StringIO(),
        legacy_windows=False,
    )
    console.print("$ leakwatch scan --recording demo/cluster.parquet\n", style="bold", highlight=False)
    print_report(console, report, told)
    svg = console.export_svg(title="", theme=_THEME, code_format=_FRAME, unique_id="scan")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(), encoding="utf-8")
