"""What of a pod template is hidden, since it may be a secret."""

import pytest

from app.domain.hiding import HIDDEN, shown_text, shown_value


@pytest.mark.parametrize(
    "name", ["DB_PASSWORD", "DB_PW", "KEY", "SMTP_CRED", "OTP_SEED", "X-Api-Key", "example.com/api-token", "url_sig"]
)
def test_a_value_of_a_secrets_name_is_hidden(name):
    assert shown_value(name, "hunter2") == HIDDEN


@pytest.mark.parametrize("name", ["MODE", "MONKEYS", "keyboard", "POWER", "design", "LOG_LEVEL"])
def test_one_of_another_name_is_shown(name):
    assert shown_value(name, "fast") == "fast"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://me:hunter2@db/x", f"postgres://{HIDDEN}@db/x"),
        ("postgres://me:hun/ter2@db/x", f"postgres://{HIDDEN}@db/x"),
        ("postgres://me:hun@ter2@db/x", f"postgres://{HIDDEN}@db/x"),
        ("https://db/x?y=1", "https://db/x?y=1"),
        ("https://blobs/x?sig=hunter2", f"https://blobs/x?sig={HIDDEN}"),
        ("Server=db;Password=my hunter2;Port=1", f"Server=db;Password={HIDDEN};Port=1"),
        ("set env TOKEN=hunter2 MODE=fast", f"set env TOKEN={HIDDEN} MODE=fast"),
        ('{"token": "hun ter2"}', f'{{"token": {HIDDEN}}}'),
    ],
)
def test_what_looks_secret_in_a_text_is_hidden(text, shown):
    assert shown_text(text) == shown
