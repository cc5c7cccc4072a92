"""Sessions of browsers: a sealed text that stands for a token, for some days, as long as the token is in force."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.access import Principal
from app.domain.token import is_key_id, key_id_of
from app.errors import Unauthenticated
from app.services.gate import Gate
from app.services.seals import SealService

SESSION_SECONDS = 7 * 86_400.0
_PURPOSE = "session"


@dataclass(frozen=True, slots=True)
class SessionService:
    """A session names its token by the key id and has no part of the secret. It ends when its time is over, and within
    seconds when the token is revoked or expires. now: the clock, unix seconds."""

    gate: Gate
    seals: SealService
    now: Callable[[], float] = time.time

    def begin(self, token: str, host: str) -> str:
        """A session for whoever has a token. Raises Unauthenticated, TooManyFailures, StorageError."""
        self.gate.admit(token, host)
        until = int(self.now() + SESSION_SECONDS)
        return self.seals.sealed(_PURPOSE, f"{key_id_of(token)}-{until}-{secrets.token_hex(8)}")

    def recall(self, session: str) -> Principal | None:
        """Whose session it is, if that is known without the database."""
        if not self.seals.is_ready:
            return None
        key_id = self._key_id(session)
        return None if key_id is None else self.gate.recall_key_id(key_id)

    def admit(self, session: str, host: str) -> Principal:
        """Whose session it is. host: the client's address. Raises Unauthenticated, StorageError."""
        key_id = self._key_id(session)
        if key_id is None:
            raise Unauthenticated("the session is over", "sign in again")
        return self.gate.admit_key_id(key_id, host)

    def _key_id(self, session: str) -> str | None:
        """The key id of a session that is ours and not over."""
        text = self.seals.opened(_PURPOSE, session)
        parts = [] if text is None else text.split("-")
        if len(parts) != 3 or not is_key_id(parts[0]) or float(parts[1]) <= self.now():
            return None
        return parts[0]
