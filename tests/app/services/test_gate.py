"""Who is let in, and for how long that is believed."""

import pytest

from app.domain.access import Role
from app.errors import StorageError, TooManyFailures, Unauthenticated
from app.services.failures import FailureLimit
from app.services.gate import Gate, WebhookSecrets
from app.services.tokens import TokenService

HOST = "10.0.0.1"
REFUSED = r"^the token is not one that is in force$"


class Clock:
    def __init__(self):
        self.at = 1_800_000_000.0

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def tokens(sqlite_engine, clock):
    return TokenService(sqlite_engine, now=clock)


def _gate(tokens, clock, webhooks=None, most=3):
    return Gate(tokens, webhooks or WebhookSecrets(), FailureLimit(most, 60.0, now=clock), now=clock)


@pytest.fixture
def gate(tokens, clock):
    return _gate(tokens, clock)


def test_the_holder_is_told_by_name_and_role(gate, tokens):
    text = tokens.create("ann", Role.RESPONDER, None, "bob").text
    principal = gate.admit(text, HOST)
    assert (principal.name, principal.role) == ("ann", Role.RESPONDER)


def _other_secret(text):
    return text[:-1] + ("A" if text[-1] != "A" else "B")


@pytest.mark.parametrize("spoil", [_other_secret, lambda _: "lw_" + "0" * 16 + "_" + "A" * 43, lambda _: "Bearer x"])
def test_any_other_is_refused_in_the_same_words(gate, tokens, spoil):
    text = tokens.create("ann", Role.ADMIN, None, "bob").text
    gate.admit(text, HOST)
    with pytest.raises(Unauthenticated, match=REFUSED):
        gate.admit(spoil(text), HOST)
    assert gate.recall(spoil(text), HOST) is None


def test_nothing_is_recalled_that_was_not_looked_up(gate, tokens):
    text = tokens.create("ann", Role.ADMIN, None, "bob").text
    assert gate.recall(text, HOST) is None
    gate.admit(text, HOST)
    assert gate.recall(text, HOST).name == "ann"


def test_one_that_expired_is_refused_at_once(gate, tokens, clock):
    text = tokens.create("ann", Role.ADMIN, 10.0, "bob").text
    gate.admit(text, HOST)
    clock.at += 10.0
    assert gate.recall(text, HOST) is None
    with pytest.raises(Unauthenticated, match=REFUSED):
        gate.admit(text, HOST)


def test_one_that_was_revoked_is_refused_within_seconds(gate, tokens, clock):
    made = tokens.create("ann", Role.ADMIN, None, "bob")
    gate.admit(made.text, HOST)
    tokens.revoke(made.token.id, "bob")
    clock.at += 3.0
    assert gate.recall(made.text, HOST) is None
    with pytest.raises(Unauthenticated, match=REFUSED):
        gate.admit(made.text, HOST)


def test_a_clock_that_was_put_back_lets_nobody_in_for_longer(gate, tokens, clock):
    made = tokens.create("ann", Role.ADMIN, None, "bob")
    gate.admit(made.text, HOST)
    clock.at -= 3600.0
    assert gate.recall(made.text, HOST) is None


def test_an_old_token_is_no_failure_of_a_guesser(gate, tokens, clock):
    made = tokens.create("ann", Role.ADMIN, 1.0, "bob")
    good = tokens.create("ann", Role.ADMIN, None, "bob").text
    clock.at += 2.0
    for _ in range(10):
        with pytest.raises(Unauthenticated):
            gate.admit(made.text, HOST)
    gate.admit(good, HOST)


def test_a_guesser_is_stopped_and_others_are_not(gate, tokens):
    text = tokens.create("ann", Role.ADMIN, None, "bob").text
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            gate.admit(_other_secret(text), HOST)
    for ask in (gate.admit, gate.recall):
        with pytest.raises(TooManyFailures):
            ask(text, HOST)
    assert gate.admit(text, "10.0.0.2").name == "ann"


def test_without_the_database_nobody_is_let_in(gate, tokens, sqlite_engine):
    text = tokens.create("ann", Role.ADMIN, None, "bob").text
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE tokens")
    with pytest.raises(StorageError):
        gate.admit(text, HOST)


def test_another_key_ends_all_tokens(tokens, sqlite_engine, clock):
    text = tokens.create("ann", Role.ADMIN, None, "bob").text
    with pytest.raises(Unauthenticated):
        _gate(TokenService(sqlite_engine, "k" * 32, clock), clock).admit(text, HOST)


def test_when_it_was_used_last_is_kept(gate, tokens, clock):
    text = tokens.create("ann", Role.ADMIN, None, "bob").text
    gate.admit(text, HOST)
    clock.at += 1.0
    gate.recall(text, HOST)
    assert tokens.page(None, 1).tokens[0].last_used_at is None
    gate.write_uses()
    assert tokens.page(None, 1).tokens[0].last_used_at == clock.at


def test_a_use_that_cannot_be_kept_is_kept_later(gate, tokens, sqlite_engine, clock):
    gate.admit(tokens.create("ann", Role.ADMIN, None, "bob").text, HOST)
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE tokens RENAME TO gone")
    with pytest.raises(StorageError):
        gate.write_uses()
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO tokens")
    gate.write_uses()
    assert tokens.page(None, 1).tokens[0].last_used_at == clock.at


def test_an_earlier_use_does_not_replace_a_later_one(tokens, clock):
    first, second = _gate(tokens, clock), _gate(tokens, clock)
    text = tokens.create("ann", Role.ADMIN, None, "bob").text
    first.admit(text, HOST)
    clock.at += 30
    second.admit(text, HOST)
    second.write_uses()
    first.write_uses()
    assert tokens.page(None, 1).tokens[0].last_used_at == clock.at


BOTH = WebhookSecrets("t0ken", "am", "pässword")


@pytest.mark.parametrize(
    ("secrets", "bearer", "basic", "let_in"),
    [
        (BOTH, "t0ken", None, True),
        (BOTH, None, ("am", "pässword"), True),
        (BOTH, "other", None, False),
        (BOTH, "pässword", None, False),
        (BOTH, None, ("am", "t0ken"), False),
        (BOTH, None, ("other", "pässword"), False),
        (BOTH, None, None, False),
        (WebhookSecrets("t0ken"), None, ("", ""), False),
        (WebhookSecrets(None, "am", "p"), "", None, False),
        (WebhookSecrets(), "", None, False),
        (WebhookSecrets(), None, ("", ""), False),
    ],
)
def test_webhooks_have_secrets_of_their_own(tokens, clock, secrets, bearer, basic, let_in):
    gate = _gate(tokens, clock, secrets)
    if let_in:
        assert gate.admit_webhook(bearer, basic, HOST).role is Role.VIEWER
    else:
        with pytest.raises(Unauthenticated):
            gate.admit_webhook(bearer, basic, HOST)


def test_a_token_of_the_api_opens_no_webhook(tokens, clock):
    gate = _gate(tokens, clock, BOTH)
    with pytest.raises(Unauthenticated):
        gate.admit_webhook(tokens.create("ann", Role.ADMIN, None, "bob").text, None, HOST)


def test_who_guesses_a_webhooks_secret_is_stopped_and_may_still_use_the_api(tokens, clock):
    gate = _gate(tokens, clock, BOTH)
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            gate.admit_webhook("guess", None, HOST)
    with pytest.raises(TooManyFailures):
        gate.admit_webhook("t0ken", None, HOST)
    assert gate.admit(tokens.create("ann", Role.ADMIN, None, "bob").text, HOST).name == "ann"


def test_no_secret_is_shown():
    assert "t0ken" not in repr(BOTH)
    assert "ssword" not in repr(BOTH)
