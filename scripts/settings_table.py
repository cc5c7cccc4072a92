"""Writes the README's table of settings from app/settings.py, between its two markers.

python scripts/settings_table.py          rewrite README.md
"""

from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.durations import format_duration
from app.settings import MetricNames, shown_fields

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- settings -->", "<!-- /settings -->"


def table() -> str:
    """The table in Markdown, a line a setting."""
    lines = ["| Variable | Default | Meaning |", "|---|---|---|"]
    for name, field in shown_fields().items():
        if name != "metrics":
            lines.append(_line(f"LEAKWATCH_{name.upper()}", field))
    for name, field in MetricNames.model_fields.items():
        lines.append(_line(f"LEAKWATCH_METRICS__{name.upper()}", field))
    lines.append("| `LEAKWATCH_CONFIG` | | YAML file with further settings, by their names in lower case |")
    return "\n".join(lines)


def with_table(readme: str) -> str:
    """The README's text with the table between the markers."""
    before, rest = readme.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _line(variable: str, field: FieldInfo) -> str:
    meaning = (field.description or "").replace("|", "\\|")
    return f"| `{variable}` | {_default(variable, field)} | {meaning} |"


def _default(variable: str, field: FieldInfo) -> str:
    default: Any = field.default
    if variable == "LEAKWATCH_DATA_DIR":
        return "`~/.local/share/leakwatch`"
    if default is PydanticUndefined or default is None or default in ("", ()) or isinstance(default, BaseModel):
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, float) and not _is_secret(field):
        return f"`{format_duration(default).replace(' ', '')}`"
    return f"`{default}`"


def _is_secret(field: FieldInfo) -> bool:
    kinds = get_args(field.annotation) if get_origin(field.annotation) is Union else (field.annotation,)
    return SecretStr in kinds


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
