"""A document as JSON or YAML, for people and for pipes."""

import json
from typing import TextIO

import yaml

from app.output.document import Document
from app.output.formats import Format


def dump(document: Document, form: Format, out: TextIO) -> None:
    """Write one document: as YAML where that is the form, else as JSON."""
    if form is Format.YAML:
        yaml.safe_dump(document, out, sort_keys=False, allow_unicode=True)
        return
    json.dump(document, out, indent=2, ensure_ascii=False)
    out.write("\n")
