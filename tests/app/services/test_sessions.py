"""Sessions that stand for a token."""

import pytest

from app.domain.access import Principal, Role
from app.errors import TooManyFailures, Unauthenticated
from app.services.failures import FailureLimit
from app.services.gate import Gate, WebhookSecrets
from app.services.seals import SealService
from app.services.sessions import SESSION_SECONDS, SessionService
from app.services.tokens import TokenService
from tests.support.findings import NOW

ANN = Principal("ann", Role.RESPONDER)


class Clock:
    def __init__(self):
        self.at = NOW

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def tokens(engine, clock):
    return TokenService(engine, now=clock)


@pytest.fixture
def sessions(engine, clock, tokens):
    gate = Gate(tokens, WebhookSecrets(), FailureLimit(2, 60.0, now=clock), now=clock)
    return SessionService(gate, SealService(engine), clock)


@pytest.fixture
def made(tokens):
    return tokens.create("ann", Role.RESPONDER, None, "test")


def test_it_stands_for_its_token_and_has_no_part_of_the_secret(sessions, made):
    session = sessions.begin(made.text, "h")
    assert sessions.admit(session, "h") == ANN
    assert sessions.recall(session) == ANN
    assert made.text.rpartition("_")[2][:8] not in session


def test_two_are_never_the_same(sessions, made):
    assert sessions.begin(made.text, "h") != sessions.begin(made.text, "h")


@pytest.mark.parametrize(("later", "over"), [(SESSION_SECONDS - 1, False), (SESSION_SECONDS, True)])
def test_it_ends_when_its_time_is_over(sessions, made, clock, later, over):
    session = sessions.begin(made.text, "h")
    clock.at += later
    if not over:
        assert sessions.admit(session, "h") == ANN
        return
    assert sessions.recall(session) is None
    with pytest.raises(Unauthenticated):
        sessions.admit(session, "h")


def test_it_ends_with_its_token(sessions, made, clock, tokens):
    session = sessions.begin(made.text, "h")
    tokens.revoke(made.token.id, "test")
    clock.at += 4
    assert sessions.recall(session) is None
    with pytest.raises(Unauthenticated):
        sessions.admit(session, "h")


def test_it_ends_when_its_token_does(sessions, tokens, clock):
    session = sessions.begin(tokens.create("ann", Role.VIEWER, 3600, "test").text, "h")
    clock.at += 3601
    with pytest.raises(Unauthenticated):
        sessions.admit(session, "h")


@pytest.mark.parametrize("text", ["", "x", "a-b-c." + "0" * 64, "." * 9000])
def test_what_is_no_session_opens_nothing(sessions, made, text):
    with pytest.raises(Unauthenticated):
        sessions.admit(text, "h")


def test_a_wrong_token_begins_none_and_is_counted(sessions, made):
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            sessions.begin("wrong", "h")
    with pytest.raises(TooManyFailures):
        sessions.begin(made.text, "h")
