"""Puts the pages into the application."""

from fastapi import FastAPI
from jinja2 import Environment, PackageLoader, StrictUndefined

from app.web import figures, incidents, sign_in, static_files
from app.web.assets import Assets
from app.web.errors import install_error_pages
from app.web.page import Pages
from app.web.sentence import sentence


def install_pages(app: FastAPI, *, no_auth: bool) -> None:
    """Add the pages' routes, and what they share. Only once the handlers of problems are there."""
    assets = Assets()
    app.state.pages = Pages(make_environment(assets), assets, app.version, no_auth)
    for router in (incidents.router, sign_in.router, static_files.router):
        app.include_router(router)
    install_error_pages(app)


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
    }
    return environment
