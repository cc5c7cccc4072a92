"""Labelled container memory, simulated from what memory does: leaks, and what looks like them.

`generate("leak_straight", 7)` gives one workload's panel and its truth; `python -m bench.scenarios` writes a corpus.
"""

from bench.scenarios.family import Family
from bench.scenarios.registry import FAMILIES, HELD_BACK, generate, scenarios
from bench.scenarios.truth import Scenario, Truth

__all__ = ["FAMILIES", "HELD_BACK", "Family", "Scenario", "Truth", "generate", "scenarios"]
