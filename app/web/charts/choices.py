"""The ways to draw an incident's chart, each with its addresses."""

from typing import NamedTuple

from app.web.charts.drawing import Over

_WORDS = {Over.TIME: "Over time", Over.AGE: "By age"}


class Choice(NamedTuple):
    """page: what shows it without script; data: what the chart is drawn from."""

    page: str
    data: str
    words: str
    is_this: bool


def over_of(text: str | None) -> Over:
    """What an address asks for; what cannot be is taken for the usual."""
    return Over.AGE if text == Over.AGE.value else Over.TIME


def chart_address(incident_id: int, over: Over, moment: str = "latest") -> str:
    """Where the data of an incident's chart are."""
    return f"/incidents/{incident_id}/chart.json?over={over.value}&moment={moment}"


def chart_choices(page: str, incident_id: int, chosen: Over, moment: str = "latest") -> tuple[Choice, ...]:
    """The ways for a page of this path, which takes `over` and `moment` in its query."""
    later = "" if moment == "latest" else f"&moment={moment}"
    return tuple(
        Choice(f"{page}?over={over.value}{later}", chart_address(incident_id, over, moment), words, over is chosen)
        for over, words in _WORDS.items()
    )
