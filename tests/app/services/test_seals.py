"""What the service signs and believes when it comes back."""

import pytest

from app.errors import StorageError
from app.services.seals import SealService


def test_what_is_sealed_is_believed_by_every_replica(engine):
    assert SealService(engine).opened("a", SealService(engine).sealed("a", "x.y")) == "x.y"


def test_a_seal_of_one_purpose_is_worth_nothing_for_another(engine):
    seals = SealService(engine)
    assert seals.opened("b", seals.sealed("a", "x")) is None


@pytest.mark.parametrize(
    "spoil", [lambda s: "y" + s[1:], lambda s: s[:-1], lambda s: s + "0", lambda s: "", lambda s: "x"]
)
def test_what_was_changed_is_not_believed(engine, spoil):
    seals = SealService(engine)
    assert seals.opened("a", spoil(seals.sealed("a", "x"))) is None


def test_what_is_not_ascii_is_not_believed(engine):
    assert SealService(engine).opened("a", "x.\xff") is None


def test_a_key_that_was_given_stands_nowhere_in_the_database(empty_engine):
    ours, others = SealService(empty_engine, "key"), SealService(empty_engine, "other")
    sealed = ours.sealed("a", "x")
    assert ours.is_ready
    assert (ours.opened("a", sealed), others.opened("a", sealed)) == ("x", None)


def test_without_the_database_and_a_key_nothing_is_sealed(empty_engine):
    seals = SealService(empty_engine)
    assert not seals.is_ready
    with pytest.raises(StorageError):
        seals.sealed("a", "x")
