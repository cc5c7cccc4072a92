"""Reading a container's memory on demand: one at a time, whatever comes of it."""

import threading

import pytest

from app.errors import Conflict, SourceUnreachable
from app.services.looks import LookService
from tests.support.findings import finding

CART = finding("cart").identity


def test_while_one_is_read_another_is_not():
    begun, go_on = threading.Event(), threading.Event()

    def look(identity):
        begun.set()
        assert go_on.wait(10)

    service = LookService(look)
    first = threading.Thread(target=service.read, args=(CART,))
    first.start()
    assert begun.wait(10)
    with pytest.raises(Conflict, match="being read"):
        service.read(CART)
    go_on.set()
    first.join()
    service.read(CART)


def test_one_that_fails_is_in_nobodys_way():
    def look(identity):
        raise SourceUnreachable("no answer")

    service = LookService(look)
    for _ in range(2):
        with pytest.raises(SourceUnreachable):
            service.read(CART)
