"""Static files, and what pages say of what they load."""

import re

import pytest

from app.web.assets import Assets

FOR_GOOD = "public, max-age=31536000, immutable"


def test_what_a_page_loads_is_there_without_signing_in_and_kept_for_good(person):
    page = person.get("/sign-in").text
    loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert {path.rpartition("/")[2] for path in loaded} == {"style.css", "icon.svg", "times.js"}
    for path in loaded:
        answer = person.client.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, FOR_GOOD)


def test_another_versions_address_is_answered_and_not_kept(person):
    answer = person.client.get("/static/0000/style.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


@pytest.mark.parametrize("name", ["nosuch.css", "..%2finstall.py", "install.py", "%00"])
def test_nothing_else_is_there(person, name):
    assert person.client.get(f"/static/0/{name}").status_code == 404


def test_zipped_for_who_takes_it(person):
    path = Assets().path("style.css")
    zipped, plain = (person.client.get(path, headers={"Accept-Encoding": one}) for one in ("gzip", "identity"))
    assert zipped.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert zipped.content == plain.content


def test_the_chart_script_comes_from_the_installed_package(person):
    answer = person.client.get(Assets().path("bokeh.js"))
    assert answer.headers["content-type"].startswith("text/javascript")
    assert len(answer.content) > 500_000


def test_no_page_has_script_or_style_in_it(viewer):
    for path in ("/", "/nowhere"):
        page = viewer.get(path).text
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", page)


def test_each_part_of_the_style_sheet_closes_what_it_opens():
    parts = re.split(r"(?m)^/\* ", Assets().get("style.css").content.decode())
    assert [part.partition("*/")[0] for part in parts if part.count("{") != part.count("}")] == []
