"""`leakwatch token`, as its user meets it."""

import csv
import getpass
import io
import re

import pytest


@pytest.fixture
def kept(leakwatch):
    """The command, once there is a database."""
    assert leakwatch("db", "upgrade").status == 0
    return leakwatch


def _create(kept, *options, role="viewer", name="prometheus"):
    done = kept("token", "create", "--role", role, "--name", name, *options)
    assert done.status == 0, done.err
    return done


def test_a_token_is_alone_on_standard_output(kept):
    done = _create(kept)
    assert re.fullmatch(r"lw_[0-9a-f]{16}_[0-9A-Za-z]{43}\n", done.out)
    assert "token 1, role viewer, expires 2" in done.err
    assert "not shown again" in done.err


def test_it_is_listed_in_every_form_without_its_secret(kept):
    secret = _create(kept).out.strip().split("_")[2]
    _create(kept, "--expires", "never", "--by", "ann", role="admin", name="ann")
    listed = {form: kept("token", "list", "-o", form).out for form in ("table", "json", "yaml", "csv")}
    assert secret not in "".join(listed.values())
    rows = list(csv.DictReader(io.StringIO(listed["csv"])))
    assert [(one["id"], one["name"], one["role"], one["state"]) for one in rows] == [
        ("2", "ann", "admin", "active"),
        ("1", "prometheus", "viewer", "active"),
    ]
    assert (rows[0]["expires_at"], rows[0]["created_by"], rows[1]["created_by"]) == ("", "ann", getpass.getuser())
    assert re.search(r"^ *1 .*prometheus +viewer +active +in 89d 23h +never", listed["table"], re.MULTILINE)


def test_none_yet(kept):
    done = kept("token", "list")
    assert (done.status, done.out) == (0, "No tokens. `leakwatch token create` makes one.\n")


@pytest.mark.parametrize("which", ["1", "key id"])
def test_it_is_revoked_once(kept, which):
    key_id = _create(kept).out.split("_")[1]
    for _ in range(2):
        done = kept("token", "revoke", key_id if which == "key id" else which, "--by", "ann")
        assert (done.status, done.out) == (0, "token 1 (prometheus): revoked by ann\n")
    (one,) = kept("token", "list", "-o", "json").document["tokens"]
    assert (one["state"], one["revoked_by"]) == ("revoked", "ann")


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("create", "--role", "viewer"), 2, "--name"),
        (("create", "--name", "x"), 2, "--role"),
        (("create", "--name", "x", "--role", "root"), 2, "--role"),
        (("create", "--name", "x", "--role", "admin", "--expires", "soon"), 2, "--expires: 'soon' is not a duration"),
        (("create", "--name", "x", "--role", "admin", "--expires", "0s"), 2, "--expires"),
        (("create", "--name", "x", "--role", "admin", "--expires", "50y"), 2, "expires: not between"),
        (("create", "--name", " ", "--role", "admin"), 2, "name: must not be empty"),
        (("revoke", "7"), 1, "there is no token 7"),
        (("revoke", "x"), 2, "neither a token's number nor its key id"),
    ],
)
def test_what_is_wrong_is_named(kept, arguments, status, says):
    done = kept("token", *arguments)
    assert (done.status, done.out) == (status, "")
    assert says in done.err


def test_without_a_database_it_says_what_to_do(leakwatch):
    done = leakwatch("token", "create", "--role", "admin", "--name", "x")
    assert (done.status, done.out) == (1, "")
    assert "leakwatch db upgrade" in done.err
