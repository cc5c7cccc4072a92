"""Who may come in: tokens of the API, and the secrets of webhooks."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from app.domain.access import Principal, Role
from app.domain.token import Standing, Token, key_id_of, same, token_hash
from app.errors import StorageError, Unauthenticated
from app.services.failures import FailureLimit, place_of
from app.services.tokens import TokenService
from app.storage import tokens
from app.storage.engine import reading, transaction

# A revoked token opens nothing any more after this; so long a database need not be asked again.
_REMEMBERED_SECONDS = 3.0
_MOST_REMEMBERED = 1000
_NO_HASH = "0" * 64


@dataclass(frozen=True, slots=True, repr=False)
class WebhookSecrets:
    """What webhooks must send: a bearer token, or a user and password. All None: nothing is set."""

    token: str | None = None
    username: str | None = None
    password: str | None = None

    @property
    def given(self) -> bool:
        """Whether anything is set."""
        return self.token is not None or self.password is not None


class Gate:
    """Tells who sends a request. now: unix seconds; methods may be called from any thread.

    What exactly is wrong with a token is told to the log alone.
    """

    def __init__(
        self,
        token_service: TokenService,
        webhooks: WebhookSecrets,
        failures: FailureLimit | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._tokens = token_service
        self._webhooks = webhooks
        self._failures = failures or FailureLimit()
        self._now = now
        self._key: bytes | None = None
        # By key id: when it was looked up, the token, the hash of its secret. Only tokens that there are.
        self._remembered: OrderedDict[str, tuple[float, Token, str]] = OrderedDict()
        self._uses: dict[int, float] = {}
        self._lock = threading.Lock()

    @property
    def has_webhook_secret(self) -> bool:
        """Whether webhooks are told apart from strangers."""
        return self._webhooks.given

    def recall(self, text: str, host: str) -> Principal | None:
        """Whose token it is, if that was looked up just now and holds; asks no database. Raises TooManyFailures."""
        self._failures.check(_api_place(host))
        key_id = key_id_of(text)
        found = None if key_id is None else self._fresh(key_id)
        if found is None or self._key is None:
            return None
        token, kept_hash = found
        if not same(token_hash(self._key, text), kept_hash) or token.standing(self._now()) is not Standing.ACTIVE:
            return None
        return self._let_in(token)

    def admit(self, text: str, host: str) -> Principal:
        """Whose token it is. host: the client's address. Raises Unauthenticated, TooManyFailures, StorageError."""
        place = _api_place(host)
        self._failures.check(place)
        key_id = key_id_of(text)
        found = None if key_id is None else self._looked_up(key_id)
        right = same(token_hash(self._hash_key(), text), _NO_HASH if found is None else found[1])
        if found is None or not right:
            self._failures.note(place)
            raise self._refused("unknown" if found is None else "wrong secret", key_id, host)
        standing = found[0].standing(self._now())
        if standing is not Standing.ACTIVE:
            raise self._refused(standing.value, key_id, host)
        return self._let_in(found[0])

    def recall_key_id(self, key_id: str) -> Principal | None:
        """Whom the token of a key id stands for, if it was looked up just now and holds. For sessions: no secret."""
        found = self._fresh(key_id)
        if found is None or found[0].standing(self._now()) is not Standing.ACTIVE:
            return None
        return self._let_in(found[0])

    def admit_key_id(self, key_id: str, host: str) -> Principal:
        """The same, looked up where need be. Raises Unauthenticated, StorageError."""
        found = self._looked_up(key_id)
        if found is None:
            raise self._refused("unknown", key_id, host)
        standing = found[0].standing(self._now())
        if standing is not Standing.ACTIVE:
            raise self._refused(standing.value, key_id, host)
        return self._let_in(found[0])

    def admit_webhook(self, bearer: str | None, basic: tuple[str, str] | None, host: str) -> Principal:
        """Whether a webhook sends what it must. Raises Unauthenticated, TooManyFailures."""
        secrets, place = self._webhooks, f"webhook {place_of(host)}"
        if not secrets.given:
            raise Unauthenticated(
                "webhooks are off: no secret is set for them",
                "set LEAKWATCH_WEBHOOK_TOKEN, or LEAKWATCH_WEBHOOK_USERNAME and LEAKWATCH_WEBHOOK_PASSWORD",
            )
        self._failures.check(place)
        right = False
        if bearer is not None and secrets.token is not None:
            right = same(bearer, secrets.token)
        elif basic is not None and secrets.username is not None and secrets.password is not None:
            # Both are compared whatever the first says.
            right = same(basic[0], secrets.username) & same(basic[1], secrets.password)
        if not right:
            if bearer is not None or basic is not None:
                self._failures.note(place)
                structlog.get_logger().warning("webhook refused", reason="wrong secret", client=host)
            raise Unauthenticated("the webhook's secret is missing or wrong", "send the one that leakwatch was given")
        return Principal("webhook", Role.VIEWER)

    def write_uses(self) -> None:
        """Keep when tokens were last used, of all that were since the last time. Raises StorageError."""
        with self._lock:
            uses, self._uses = self._uses, {}
        if not uses:
            return
        try:
            with transaction(self._tokens.engine) as session:
                tokens.note_uses(session, uses)
        except StorageError:
            with self._lock:
                self._uses = uses | self._uses
            raise

    def _hash_key(self) -> bytes:
        if self._key is None:
            self._key = self._tokens.hash_key()
        return self._key

    def _fresh(self, key_id: str) -> tuple[Token, str] | None:
        with self._lock:
            found = self._remembered.get(key_id)
        # A clock that was put back makes nothing fresh.
        if found is None or not 0 <= self._now() - found[0] < _REMEMBERED_SECONDS:
            return None
        return found[1], found[2]

    def _looked_up(self, key_id: str) -> tuple[Token, str] | None:
        fresh = self._fresh(key_id)
        if fresh is not None:
            return fresh
        asked_at = self._now()
        with reading(self._tokens.engine) as session:
            found = tokens.by_key_id(session, key_id)
        with self._lock:
            self._remembered.pop(key_id, None)
            if found is not None:
                self._remembered[key_id] = (asked_at, *found)
                if len(self._remembered) > _MOST_REMEMBERED:
                    self._remembered.popitem(last=False)
        return found

    def _let_in(self, token: Token) -> Principal:
        with self._lock:
            self._uses[token.id] = self._now()
        return Principal(token.name, token.role)

    @staticmethod
    def _refused(reason: str, key_id: str | None, host: str) -> Unauthenticated:
        structlog.get_logger().warning("token refused", reason=reason, key_id=key_id, client=host)
        return Unauthenticated("the token is not one that is in force", "`leakwatch token create` makes one")


def _api_place(host: str) -> str:
    return f"api {place_of(host)}"
