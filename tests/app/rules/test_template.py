"""The settings file that `rules settings` prints."""

import re

import pytest
import yaml

from alert_rules.pack import Options
from alert_rules.registry import PACKS
from app.rules.chosen import options_of
from app.rules.dashboard_settings import DashboardSettings
from app.rules.route_plan import plan_of
from app.rules.settings import RuleSettings, loads
from app.rules.template import template
from tests.support.packs import FULL, KNOWN


def _uncommented(text):
    return re.sub(r"^( *)#(?=\S| {2,})", r"\1", text, flags=re.MULTILINE)


@pytest.mark.parametrize("known", [KNOWN, PACKS], ids=["two packs", "every pack"])
def test_with_every_setting_taken_in_it_means_what_is_usual(known):
    settings = loads(_uncommented(template(known)), known=known)
    options = options_of(settings, known)
    thresholds = [one for kind in known for one in kind.thresholds]
    assert {one.name: options.thresholds[one] for one in thresholds} == pytest.approx(
        {one.name: one.default for one in thresholds}
    )
    assert settings.packs == (tuple(one.name for one in known) or None)
    assert settings.prometheusrule.labels == RuleSettings().prometheusrule.labels
    assert settings.selectors.cadvisor == Options().cadvisor


def test_overrides_are_shown_by_one_that_may_be():
    settings = loads(_uncommented(template(KNOWN)), known=KNOWN)
    assert [one.threshold for one in options_of(settings, KNOWN).overrides] == [FULL]


def test_a_line_fits_a_screen():
    assert max(map(len, template(KNOWN).splitlines())) <= 120


def test_every_setting_of_dashboards_is_shown_as_it_is():
    text = _uncommented(template(KNOWN))
    written = yaml.safe_load(text)["dashboards"]
    usual = DashboardSettings().model_dump(mode="json")
    assert written.keys() == usual.keys()
    assert {key: written[key] for key, value in usual.items() if value is not None} == {
        key: value for key, value in usual.items() if value is not None
    }


def test_routes_are_shown_by_some_that_may_be():
    routes = loads(_uncommented(template(KNOWN)), known=KNOWN).alertmanager
    assert plan_of(routes, ()).teams[0].name == "payments"
