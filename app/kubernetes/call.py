"""One request to the API of a cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from app.errors import UsageError
from app.text import printable

JSON = "application/json"
# Leaves out spec and status of a list:
# https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked. silence_seconds: the longest that nothing may come of the answer."""

    method: str
    path: str
    query: Mapping[str, str]
    silence_seconds: float
    accept: str = JSON
    body: Any = None
    content_type: str | None = None

    @property
    def writes(self) -> bool:
        """Whether it is to change something."""
        return self.method != "GET"

    @property
    def headers(self) -> dict[str, str]:
        """Those that depend on what is asked."""
        return {"Accept": self.accept, **({"Content-Type": self.content_type} if self.content_type else {})}

    @property
    def quoted_path(self) -> str:
        """The path with every segment quoted. Raises UsageError where a segment would lead elsewhere."""
        segments = self.path.removeprefix("/").split("/")
        if any(one in {"", ".", ".."} for one in segments):
            raise UsageError(f"{printable(self.path, 200)!r} is no path of an object", "check namespace and name")
        return "/" + "/".join(quote(one, safe=":") for one in segments)

    def __str__(self) -> str:
        verb = "WATCH" if self.query.get("watch") else self.method
        return f"{verb} {printable(self.path, 200)}"
