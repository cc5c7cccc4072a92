"""Static files, each under an address that tells its content: browsers keep it for good."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# What packages bring along: our name for it, the package, the place in it.
_PACKAGED = {"bokeh.js": ("bokeh", "server/static/js/bokeh.min.js")}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served; zipped: the same by gzip."""

    content: bytes
    zipped: bytes
    media_type: str
    digest: str


class Assets:
    """The files of app/web/static and what packages bring along; each is read when it is first asked for."""

    def __init__(self) -> None:
        folder = Path(str(files("app.web"))) / "static"
        self._paths: Mapping[str, Path] = {path.name: path for path in folder.iterdir() if path.suffix in _TYPES}
        self._read: dict[str, Asset] = {}

    def get(self, name: str) -> Asset | None:
        """The file of that name, if there is one."""
        if name not in self._read:
            path = self._paths.get(name) or _packaged(name)
            if path is None:
                return None
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:16]
            zipped = gzip.compress(content, mtime=0)
            self._read[name] = Asset(content, zipped, _TYPES[path.suffix], digest)
        return self._read[name]

    def path(self, name: str) -> str:
        """Where pages find it. Raises KeyError where there is none of that name."""
        asset = self.get(name)
        if asset is None:
            raise KeyError(name)
        return f"/static/{asset.digest}/{name}"


def _packaged(name: str) -> Path | None:
    if name not in _PACKAGED:
        return None
    package, place = _PACKAGED[name]
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / place
