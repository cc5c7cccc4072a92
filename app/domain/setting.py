"""Settings as they are shown to people: what is set, and where from; never a secret."""

from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """Where a setting has its value from, in the order in which one wins over those after it."""

    COMMAND = "command"
    ENVIRONMENT = "environment"
    SECRET_FILE = "secret file"  # noqa: S105 (the name of a place)
    FILE = "file"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class ShownValue:
    """text: as one would write it, empty where nothing is set; other: the same in another unit, where there is one."""

    text: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """variable: of the environment; from_where: what names the place its value came from, empty for a default."""

    variable: str
    value: ShownValue
    default: ShownValue
    meaning: str
    origin: Origin
    from_where: str
    is_secret: bool


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """Settings that belong together. is_inner: tells where other systems are, and how this one is entered."""

    title: str
    is_inner: bool
    settings: tuple[ShownSetting, ...]

    @property
    def slug(self) -> str:
        """What an address calls it."""
        return self.title.lower().replace(" ", "-")


@dataclass(frozen=True, slots=True)
class ShownCluster:
    """One of several clusters. access: how its Prometheus is entered, in words."""

    name: str
    url: str
    access: str
    tenant: str
    namespaces: str
    selector: str


@dataclass(frozen=True, slots=True)
class ShownSettings:
    """All of them; clusters: empty where one source is scanned; file: the YAML file, if one is read."""

    groups: tuple[SettingGroup, ...]
    clusters: tuple[ShownCluster, ...]
    file: str
