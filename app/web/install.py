"""Puts the pages into the application."""

from functools import cache

from fastapi import APIRouter, FastAPI
from jinja2 import Environment, PackageLoader, StrictUndefined

from app.services.changes import ChangeWatch
from app.web import (
    about,
    acts,
    chart_data,
    events,
    figures,
    fleet,
    incident,
    incidents,
    mitigations,
    revisions,
    scans,
    settings,
    sign_in,
    silence_edit,
    silences,
    static_files,
    tokens,
    workload,
)
from app.web.assets import Assets
from app.web.errors import install_error_pages
from app.web.events import EventHub
from app.web.outside import Outside
from app.web.page import Pages
from app.web.sentence import sentence
from app.web.sparkline import sparkline

PAGES = APIRouter()
for _pages in (
    *(about, acts, chart_data, events, fleet, incident, incidents, mitigations, revisions, scans, settings, sign_in),
    *(silence_edit, silences, static_files, tokens, workload),
):
    PAGES.include_router(_pages.router)


def install_pages(app: FastAPI, watch: ChangeWatch, outside: Outside, *, no_auth: bool) -> None:
    """Add what the pages share to an application that has their routes. Only once the handlers of problems are there.

    watch: what open pages are told of, by app.state.events, which must be stopped before the service can end.
    """
    environment, assets = _shared()
    app.state.pages = Pages(environment, assets, app.version, no_auth, outside)
    app.state.events = EventHub(watch.look)
    install_error_pages(app)


@cache
def _shared() -> tuple[Environment, Assets]:
    assets = Assets()
    return make_environment(assets), assets


def make_environment(assets: Assets) -> Environment:
    """The templates, with the filters and functions that they use. Every value is escaped."""
    environment = Environment(
        loader=PackageLoader("app.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["static"] = assets.path
    environment.filters |= {
        "bytes": figures.bytes_,
        "rate": figures.rate,
        "time": figures.time_,
        "ago": figures.ago,
        "duration": figures.duration,
        "sentence": sentence,
        "sparkline": sparkline,
    }
    return environment
