"""Tokens as they are made, kept and ended, on each kind of database."""

import threading

import pytest
import sqlalchemy as sa

from app.domain.access import Role
from app.domain.token import Standing, key_id_of
from app.errors import NotFound, UsageError
from app.services.tokens import TokenService

NOW = 1_800_000_000.0


@pytest.fixture
def service(engine):
    return TokenService(engine, now=lambda: NOW)


def test_a_token_is_made_and_listed_without_its_secret(service):
    made = service.create("prometheus", Role.VIEWER, 3600.0, "ann")
    (listed,) = service.page(None, 10).tokens
    assert listed == made.token
    assert listed.key_id == key_id_of(made.text)
    assert (listed.name, listed.role, listed.created_by, listed.expires_at) == (
        "prometheus",
        Role.VIEWER,
        "ann",
        NOW + 3600,
    )


def test_the_database_holds_no_secret(service, engine):
    made = service.create("ann", Role.ADMIN, None, "bob")
    secret = made.text.split("_")[2]
    with engine.connect() as connection:
        kept = str(connection.execute(sa.text("SELECT * FROM tokens")).all())
    assert secret not in kept
    assert secret not in repr(made)


def test_no_two_are_alike(service):
    made = [service.create("x", Role.VIEWER, None, "ann").text for _ in range(20)]
    assert len({key_id_of(one) for one in made}) == 20
    assert len({one.split("_")[2] for one in made}) == 20


def test_one_key_is_made_by_whoever_is_first(engine):
    """Two replicas that start at once hash alike."""
    keys, start = [], threading.Barrier(4)

    def ask():
        start.wait(10)
        keys.append(TokenService(engine).hash_key())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert len(keys) == 4
    assert len(set(keys)) == 1
    assert len(keys[0]) == 64


def test_a_key_that_is_given_is_used_and_not_kept(engine):
    assert TokenService(engine, "k" * 32).hash_key() == b"k" * 32
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM secrets")).scalar() == 0


def test_to_revoke_twice_is_to_revoke_once(service, engine):
    token_id = service.create("ann", Role.ADMIN, None, "bob").token.id
    assert service.revoke(token_id, "carl").standing(NOW) is Standing.REVOKED
    again = TokenService(engine, now=lambda: NOW + 50).revoke(token_id, "dora")
    assert (again.revoked_by, again.revoked_at) == ("carl", NOW)


def test_it_is_found_by_number_and_by_key_id(service):
    token = service.create("ann", Role.ADMIN, None, "bob").token
    assert service.number_of(token.key_id) == service.number_of(str(token.id)) == token.id


@pytest.mark.parametrize("which", ["", "x", "-1", "0", "1;DROP TABLE tokens", "9" * 30, "١"])
def test_what_is_neither_is_refused(service, which):
    with pytest.raises(UsageError):
        service.number_of(which)


def test_one_that_is_not_there(service):
    with pytest.raises(NotFound):
        service.revoke(7, "ann")
    with pytest.raises(NotFound):
        service.number_of("0" * 16)


@pytest.mark.parametrize("name", ["", "  ", "\x1b\n", "x" * 101])
def test_a_name_that_cannot_be_kept(service, name):
    with pytest.raises(UsageError, match="name"):
        service.create(name, Role.VIEWER, None, "ann")


@pytest.mark.parametrize("life", [0.0, 0.5, 11 * 365 * 86_400.0])
def test_a_life_that_makes_no_sense(service, life):
    with pytest.raises(UsageError, match="expires"):
        service.create("x", Role.VIEWER, life, "ann")


def test_a_name_is_one_line(service):
    assert service.create("a\x1b[31m\nb", Role.VIEWER, None, "ann").token.name == "a [31m b"


def test_pages_join_to_the_whole(service):
    for number in range(5):
        service.create(str(number), Role.VIEWER, None, "ann")
    names, cursor = [], None
    while True:
        page = service.page(cursor, 2)
        names += [one.name for one in page.tokens]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert names == ["4", "3", "2", "1", "0"]
