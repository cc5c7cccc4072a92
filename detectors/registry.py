"""The detectors there are, by name."""

from collections.abc import Callable, Mapping

from detectors.judge import judge
from detectors.judgement import Judgement
from detectors.options import Options
from detectors.panel import Panel

Detector = Callable[[Panel, Options | None], list[Judgement]]

DETECTORS: Mapping[str, Detector] = {"records": judge}
