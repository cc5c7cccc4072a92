"""Writes the Helm chart's rules and dashboards anew, by `leakwatch rules build` and `leakwatch dashboards build`.

python scripts/chart_files.py          rewrite files/rules and files/dashboards of the chart
"""

import subprocess
import sys
import tempfile
from pathlib import Path

HELM = Path(__file__).resolve().parents[1] / "deploy" / "helm"
SETTINGS = HELM / "leakwatch-rules.yml"
FILES = HELM / "leakwatch" / "files"


def built() -> dict[str, str]:
    """The files' texts by their paths below `files`, without promtool's tests of the rules, which no release needs."""
    found: dict[str, str] = {}
    for group, kept in (("rules", "*.rules.yml"), ("dashboards", "*.json")):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "app.cli", group, "build", "--settings", str(SETTINGS), "--into", folder]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=HELM.parents[1])
            for file in sorted(Path(folder).glob(kept)):
                found[f"{group}/{file.name}"] = file.read_text(encoding="utf-8")
    return found


def present() -> dict[str, str]:
    """What is there now, by the same paths."""
    every = [file for group in ("rules", "dashboards") for file in sorted((FILES / group).glob("*"))]
    return {str(file.relative_to(FILES)): file.read_text(encoding="utf-8") for file in every}


if __name__ == "__main__":
    wanted = built()
    for path in present().keys() - wanted.keys():
        (FILES / path).unlink()
    for path, text in wanted.items():
        (FILES / path).parent.mkdir(parents=True, exist_ok=True)
        (FILES / path).write_text(text, encoding="utf-8")
