"""Says, for a release's workflow, which version a tag such as v1.2.3 releases; fails where the sources say otherwise.

python scripts/release_version.py v1.2.3          prints version=1.2.3
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def version_of(tag: str) -> str:
    """The version of a tag. Raises SystemExit where pyproject.toml or the chart has another."""
    version = tag.removeprefix("v")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    chart = (ROOT / "deploy" / "helm" / "leakwatch" / "Chart.yaml").read_text(encoding="utf-8")
    found = re.search(r'^appVersion: "?([^"\s]+)"?$', chart, re.MULTILINE)
    for place, told in (("pyproject.toml", project), ("the chart's appVersion", found and found[1])):
        if told != version:
            sys.exit(f"the tag {tag} is not of version {told}, which {place} has: change one of them")
    return version


if __name__ == "__main__":
    print(f"version={version_of(sys.argv[1])}")
