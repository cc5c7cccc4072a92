"""Log lines on standard error: JSON for programs, or for people. Secrets never get here: nobody logs settings, headers
or queries of requests, and a trace shows no variables."""

import io
import logging
import sys
from typing import TextIO

import structlog
from structlog.types import EventDict, ExcInfo, Processor, WrappedLogger

from app.settings import Settings
from app.text import visible

_QUIET = ("alembic", "urllib3", "uvicorn.access")


def configure_logs(settings: Settings) -> None:
    """Send our own lines and those of the libraries to standard error, in the form that the settings ask for."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    last: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if as_json
        else [_escape, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_trace)]
    )
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last], foreign_pre_chain=shared
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Python's own warnings write to standard error by themselves: text among lines that a program reads as JSON.
    logging.captureWarnings(True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True


def _escape(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Texts from elsewhere as one line that no terminal obeys. JSON needs none of this: it escapes by itself."""
    return {name: visible(value) if isinstance(value, str) else value for name, value in event.items()}


def _trace(out: TextIO, error: ExcInfo) -> None:
    """A trace without the variables, which may be secrets; its messages may quote what a client sent."""
    plain = io.StringIO()
    structlog.dev.plain_traceback(plain, error)
    out.write("\n".join(visible(line) for line in plain.getvalue().split("\n")))
