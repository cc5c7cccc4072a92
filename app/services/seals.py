"""Seals: what the service signs, gives to a browser, and believes when it comes back."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from sqlalchemy import Engine

from app.domain.token import same
from app.storage import secrets as kept_secrets
from app.storage.engine import reading, transaction

_KEY = "seal-key"
_LONGEST = 8192


@dataclass(slots=True)
class SealService:
    """HMAC-SHA256 (RFC 2104) under a key that all replicas share. Methods raise StorageError until the key is known.

    given_key: the key that hashes tokens, where the operator gave one; the key of seals is then derived from it, and
    stands nowhere in the database. None: one is made once and kept. Whoever can read that can forge a seal: what seals
    stand for must be looked up, too.
    """

    engine: Engine
    given_key: str | None = field(default=None, repr=False)
    _known: bytes | None = field(default=None, init=False, repr=False)

    @property
    def is_ready(self) -> bool:
        """Whether the database need not be asked."""
        return self._known is not None or self.given_key is not None

    def mark(self, purpose: str, text: str) -> str:
        """The text's seal, in hexadecimal. purpose: seals of one purpose are worth nothing for another."""
        return hmac.new(self._key(), f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()

    def sealed(self, purpose: str, text: str) -> str:
        """The text with its seal behind it."""
        return f"{text}.{self.mark(purpose, text)}"

    def opened(self, purpose: str, sealed: str) -> str | None:
        """The text, or None where the seal is not ours; in a time that does not tell where it differs."""
        if len(sealed) > _LONGEST:
            return None
        text, _, mark = sealed.rpartition(".")
        return text if same(mark, self.mark(purpose, text)) else None

    def _key(self) -> bytes:
        if self._known is None:
            if self.given_key is not None:
                self._known = hmac.new(self.given_key.encode(), _KEY.encode(), hashlib.sha256).digest()
            else:
                self._known = self._kept().encode()
        return self._known

    def _kept(self) -> str:
        with reading(self.engine) as session:
            found = kept_secrets.kept(session, _KEY)
        if found is None:
            with transaction(self.engine) as session:
                found = kept_secrets.kept_or(session, _KEY, secrets.token_hex(32))
        return found
