"""API tokens: made, listed, revoked. Each act is one transaction."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from app.domain.access import Role
from app.domain.listing import IdSort, Place
from app.domain.token import KEY_ID_HEX, SECRET_ALPHABET, SECRET_LENGTH, Token, is_key_id, token_hash, token_text
from app.errors import NotFound, UsageError
from app.services import cursor
from app.storage import secrets as kept_secrets
from app.storage import tokens
from app.storage.engine import reading, transaction
from app.text import printable

DEFAULT_LIFE_SECONDS = 90 * 86_400.0
LONGEST_LIFE_SECONDS = 10 * 365 * 86_400.0
LONGEST_NAME = 100
_KEY = "token-hash-key"


@dataclass(frozen=True, slots=True)
class TokenPage:
    """Some tokens, newest first, and where the next page begins (None: there is none)."""

    tokens: tuple[Token, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token, with its text, which is told this once."""

    token: Token
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenService:
    """Methods raise StorageError. given_key: the key that hashes tokens; None: one is made once and kept.

    What protects what: a stolen copy of the database gives no token, with or without the key, as secrets cannot be
    guessed. A key that is kept in the database saves its owner a setting; one that is given is safer against those who
    can write to the database: without it they cannot add a token of theirs. Whoever changes the key ends all tokens.
    """

    engine: Engine
    given_key: str | None = field(default=None, repr=False)
    now: Callable[[], float] = time.time

    def hash_key(self) -> bytes:
        """The key that hashes tokens."""
        if self.given_key is not None:
            return self.given_key.encode()
        with reading(self.engine) as session:
            found = kept_secrets.kept(session, _KEY)
        if found is None:
            with transaction(self.engine) as session:
                found = kept_secrets.kept_or(session, _KEY, secrets.token_hex(32))
        return found.encode()

    def create(self, name: str, role: Role, life_seconds: float | None, by: str) -> MadeToken:
        """Make a token that is in force from now on; life_seconds None: without end. Raises UsageError."""
        name = _name(name)
        if life_seconds is not None and not 1 <= life_seconds <= LONGEST_LIFE_SECONDS:
            raise UsageError("expires: not between 1s and 10y", "write 12h, 90d or 1y, or never")
        key_id = secrets.token_hex(KEY_ID_HEX // 2)
        text = token_text(key_id, "".join(secrets.choice(SECRET_ALPHABET) for _ in range(SECRET_LENGTH)))
        kept_hash = token_hash(self.hash_key(), text)
        now = self.now()
        until = None if life_seconds is None else now + life_seconds
        with transaction(self.engine) as session:
            made = tokens.add(session, key_id, kept_hash, name, role, printable(by, 255), now, until)
        return MadeToken(made, text)

    def page(self, after: str | None, limit: int) -> TokenPage:
        """Up to `limit` tokens after a cursor, newest first. Raises UsageError for a cursor that is not ours."""
        before = None if after is None else cursor.decode(after, IdSort.NEWEST).id
        with reading(self.engine) as session:
            found = tokens.page(session, before, limit + 1)
        shown = tuple(found[:limit])
        return TokenPage(shown, cursor.encode(IdSort.NEWEST, Place(shown[-1].id)) if len(found) > limit else None)

    def revoke(self, token_id: int, by: str) -> Token:
        """End a token; to do it twice is to do it once. Services notice within seconds. Raises NotFound."""
        with transaction(self.engine) as session:
            tokens.revoke(session, token_id, printable(by, 255), self.now())
            token = tokens.get(session, token_id)
        if token is None:
            raise NotFound(f"there is no token {token_id}", "`leakwatch token list` shows them")
        return token

    def number_of(self, which: str) -> int:
        """The number of a token that is told by its number or its key id. Raises NotFound, UsageError."""
        if is_key_id(which):
            with reading(self.engine) as session:
                found = tokens.by_key_id(session, which)
            if found is None:
                raise NotFound(f"there is no token with the key id {which}", "`leakwatch token list` shows them")
            return found[0].id
        if not (which.isascii() and which.isdigit() and 0 < int(which[:20]) < 2**63):
            raise UsageError("ID: neither a token's number nor its key id", "`leakwatch token list` shows both")
        return int(which)

    def any_made(self) -> bool:
        """Whether there is any token."""
        with reading(self.engine) as session:
            return bool(tokens.page(session, None, 1))


def _name(text: str) -> str:
    """One line of printable words. Raises UsageError."""
    name = printable(text, LONGEST_NAME + 1).strip()
    if not name:
        raise UsageError("name: must not be empty", "say whose or what the token is for")
    if len(name) > LONGEST_NAME:
        raise UsageError(f"name: longer than {LONGEST_NAME} characters", "shorten it")
    return name
