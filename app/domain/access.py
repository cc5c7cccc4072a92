"""Who may do what: three roles, each of which may do all that the one before it may."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """viewer: read; responder: act on incidents and silences, start scans; admin: tokens too."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what `other` may."""
        order = tuple(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who sent a request. name: what the timeline is told."""

    name: str
    role: Role


# Everybody, where the service asks for no token.
ANYONE = Principal("anonymous", Role.ADMIN)
