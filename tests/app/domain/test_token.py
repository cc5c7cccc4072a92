"""API tokens: their form, and whether one is in force."""

import pytest

from app.domain.access import Role
from app.domain.token import Standing, Token, key_id_of, token_hash, token_text

KEY_ID, SECRET = "0123456789abcdef", "A" * 43


def _token(expires_at=None, revoked_at=None):
    return Token(1, KEY_ID, "ann", Role.VIEWER, 0.0, "bob", expires_at, revoked_at, None, None)


def test_what_is_written_is_read():
    assert key_id_of(token_text(KEY_ID, SECRET)) == KEY_ID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lw_",
        f"lw_{KEY_ID}",
        f"lw_{KEY_ID}_{SECRET[1:]}",
        f"lw_{KEY_ID}_{SECRET}A",
        f"lw_{KEY_ID}_{SECRET}\n",
        f"xx_{KEY_ID}_{SECRET}",
        f"lw_{KEY_ID.upper()}_{SECRET}",
        f"lw_{KEY_ID}_{SECRET[1:]}é",
        f" lw_{KEY_ID}_{SECRET}",
    ],
)
def test_what_is_no_token_has_no_key_id(text):
    assert key_id_of(text) is None


def test_the_hash_depends_on_key_id_secret_and_key():
    text = token_text(KEY_ID, SECRET)
    hashes = {
        token_hash(b"k" * 32, text),
        token_hash(b"j" * 32, text),
        token_hash(b"k" * 32, token_text(KEY_ID[::-1], SECRET)),
        token_hash(b"k" * 32, token_text(KEY_ID, "B" * 43)),
    }
    assert len(hashes) == 4
    assert SECRET not in "".join(hashes)


@pytest.mark.parametrize(
    ("token", "now", "standing"),
    [
        (_token(), 1e12, Standing.ACTIVE),
        (_token(expires_at=100.0), 99.9, Standing.ACTIVE),
        (_token(expires_at=100.0), 100.0, Standing.EXPIRED),
        (_token(revoked_at=50.0), 99.9, Standing.REVOKED),
        (_token(expires_at=100.0, revoked_at=50.0), 200.0, Standing.REVOKED),
    ],
)
def test_how_it_stands(token, now, standing):
    assert token.standing(now) is standing


@pytest.mark.parametrize(
    ("role", "other", "may"),
    [
        (Role.VIEWER, Role.VIEWER, True),
        (Role.VIEWER, Role.RESPONDER, False),
        (Role.RESPONDER, Role.VIEWER, True),
        (Role.RESPONDER, Role.ADMIN, False),
        (Role.ADMIN, Role.RESPONDER, True),
    ],
)
def test_a_role_may_do_what_those_before_it_may(role, other, may):
    assert role.includes(other) is may
