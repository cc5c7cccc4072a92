"""What is needed of an access to a cluster by those who only read."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from app.kubernetes.answers import Parse, document_in
from app.kubernetes.call import JSON


class Reader(Protocol):
    """See app.kubernetes.access.ClusterAccess. Raises ClusterError."""

    def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The document at a path."""

    def pages(self, path: str, query: Mapping[str, str] | None = None, limit: int = 500) -> Iterator[dict[str, Any]]:
        """The documents of a list, a page at a time."""


class Watcher(Reader, Protocol):
    """One who also asks for metadata alone, and follows what changes."""

    def pages(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        limit: int = 500,
        *,
        accept: str = JSON,
        parse: Parse = document_in,
    ) -> Iterator[dict[str, Any]]:
        """The documents of a list, a page at a time."""

    def watch(
        self, path: str, resource_version: str, query: Mapping[str, str] | None = None, *, accept: str = JSON
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """What changes after a version."""
