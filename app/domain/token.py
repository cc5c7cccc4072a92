"""API tokens: how they are written, what is kept of them, and whether one is in force."""

import hashlib
import hmac
import re
import string
from dataclasses import dataclass
from enum import StrEnum

from app.domain.access import Role

KEY_ID_HEX = 16
SECRET_LENGTH = 43
SECRET_ALPHABET = string.digits + string.ascii_letters
# A fixed form, so that scanners of repositories and logs can find one that has leaked.
_FORM = re.compile(rf"lw_([0-9a-f]{{{KEY_ID_HEX}}})_[{SECRET_ALPHABET}]{{{SECRET_LENGTH}}}")
_KEY_ID = re.compile(rf"[0-9a-f]{{{KEY_ID_HEX}}}")


class Standing(StrEnum):
    """Whether a token opens anything."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Token:
    """A token, without its secret. Times are unix seconds; expires_at None: never."""

    id: int
    key_id: str
    name: str
    role: Role
    created_at: float
    created_by: str
    expires_at: float | None
    revoked_at: float | None
    revoked_by: str | None
    last_used_at: float | None

    def standing(self, now: float) -> Standing:
        """How it stands at `now` (unix seconds)."""
        if self.revoked_at is not None:
            return Standing.REVOKED
        expired = self.expires_at is not None and self.expires_at <= now
        return Standing.EXPIRED if expired else Standing.ACTIVE


def token_text(key_id: str, secret: str) -> str:
    """The token as its holder keeps it: `lw_<key id>_<secret>`."""
    return f"lw_{key_id}_{secret}"


def key_id_of(text: str) -> str | None:
    """The part of a token that finds its row, or None where the text is no token."""
    found = _FORM.fullmatch(text)
    return None if found is None else found[1]


def is_key_id(text: str) -> bool:
    """Whether a text can be a key id."""
    return _KEY_ID.fullmatch(text) is not None


def token_hash(key: bytes, text: str) -> str:
    """What is kept of a token: HMAC-SHA256 (RFC 2104) of all of it, in hexadecimal.

    A secret has 256 random bits, so that a fast hash is enough: there is nothing to guess. The key protects against
    those who can write the table and do not have it: they cannot make a row for a token of their own.
    """
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
