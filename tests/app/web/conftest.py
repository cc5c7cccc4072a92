"""The application with tokens, and people who are signed in with one."""

import re

import pytest
from fastapi.testclient import TestClient

from app.domain.access import Role
from app.main import create_app
from app.services.tokens import TokenService
from app.settings import load_settings
from tests.support.findings import report

PAGE = {"Accept": "text/html"}


def form_token(page):
    """What a page's forms bring back."""
    return re.search(r'name="form_token" value="(\w+)"', page.text)[1]


class Person:
    """A browser of somebody's; asks for pages, and sends forms as pages have them."""

    def __init__(self, client):
        self.client = client

    def get(self, path="/", **more):
        return self.client.get(path, headers=PAGE, **more)

    def post(self, path, form_of="/", **fields):
        """Send a form that stands on a page."""
        return self.client.post(path, data={"form_token": form_token(self.get(form_of)), **fields}, headers=PAGE)

    def sign_in(self, token, **fields):
        return self.post("/sign-in", "/sign-in", token=token, **fields)


@pytest.fixture
def make_app(sqlite_engine):
    """The application, with settings of the test's."""

    def make(**settings):
        return create_app(load_settings(scan_on_start=False, **settings), sqlite_engine, lambda control: report())

    return make


@pytest.fixture
def token_service(sqlite_engine):
    return TokenService(sqlite_engine)


@pytest.fixture
def tokens(token_service):
    """The text of a token of each role."""
    return {role: token_service.create(role.value, role, None, "test").text for role in Role}


@pytest.fixture
def person(make_app):
    """Somebody who has not signed in."""
    with TestClient(make_app(), follow_redirects=False, raise_server_exceptions=False) as client:
        yield Person(client)


@pytest.fixture
def viewer(person, tokens):
    person.sign_in(tokens[Role.VIEWER])
    return person


@pytest.fixture
def responder(person, tokens):
    person.sign_in(tokens[Role.RESPONDER])
    return person
