"""Log lines: one a record, nothing that a terminal obeys, no variables of a trace."""

import json
import logging
import warnings

import pytest
import structlog

from app.logs import configure_logs
from app.settings import load_settings

HOSTILE = "a\nscan succeeded\r\x1b[2J\x1b]0;title\x07\u202e\u2028b"


@pytest.fixture(autouse=True)
def _as_before():
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture(params=["json", "console"])
def lines_of(request, capsys):
    """The lines of what is logged after this is called."""

    def configure():
        configure_logs(load_settings(log_format=request.param))
        capsys.readouterr()
        return lambda: capsys.readouterr().err.split("\n")[:-1]

    return configure


@pytest.mark.parametrize("where", ["event", "value", "library"])
def test_a_hostile_text_stays_one_harmless_line(lines_of, where):
    lines = lines_of()
    if where == "library":
        logging.getLogger("some.library").warning("got %s", HOSTILE)
    elif where == "event":
        structlog.get_logger().info(HOSTILE)
    else:
        structlog.get_logger().info("request", path=HOSTILE)
    (line,) = lines()
    assert line.isprintable()
    assert "title" in line


def test_a_trace_shows_no_variables_and_no_control_characters(lines_of):
    lines = lines_of()

    def fail(token):
        raise ValueError(f"\x1b[2J{len(token)}")

    try:
        fail("".join(["s3", "cret"]))
    except ValueError as error:
        structlog.get_logger().error("request failed", exc_info=error)
    text = "\n".join(lines())
    assert "ValueError" in text
    assert "s3cret" not in text
    assert "\x1b" not in text


def test_json_is_one_document_a_line(capsys):
    configure_logs(load_settings(log_format="json"))
    structlog.get_logger().info("request", path=HOSTILE)
    assert json.loads(capsys.readouterr().err)["path"] == HOSTILE


def test_a_warning_of_a_library_is_a_line_like_any_other(capsys):
    configure_logs(load_settings(log_format="json"))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("no support for that proxy", UserWarning, stacklevel=1)
    line = json.loads(capsys.readouterr().err)
    assert "no support for that proxy" in line["event"]
    assert line["level"] == "warning"
