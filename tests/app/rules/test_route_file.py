"""What is said of settings of routes that cannot be: the line, the key, the fix."""

import pytest

from app.errors import SettingsError, UsageError
from app.rules.route_file import routes_of
from app.rules.route_forms import RouteForm
from app.rules.settings import loads
from tests.support.routes import SETTINGS, routes


def _said(text):
    with pytest.raises(SettingsError) as caught:
        loads(text, "rules.yml")
    assert caught.value.exit_status == 2
    return f"{caught.value}; {caught.value.hint}" if caught.value.hint else str(caught.value)


def _line(text, part):
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.mark.parametrize("text", ["", "alertmanager:\n", "packs: [workloads]\n"])
def test_without_settings_nobody_is_told(text):
    file = routes_of(loads(text).alertmanager, ("A",))
    assert (file.plan.default, file.plan.receivers, file.rows) == ("nobody", (), ())


def test_the_whole_of_it_is_read():
    plan = routes_of(loads(SETTINGS).alertmanager, ("A",)).plan
    assert [team.name for team in plan.teams] == ["search", "payments"]
    assert plan.leakwatch.max_alerts == 500
    assert plan.dead_mans_switch.send_resolved is False
    assert len(next(one for one in plan.receivers if one.name == "tickets").ways) == 2


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("default: tickets", "defalut: tickets", "alertmanager.defalut: is no setting; write default"),
        ("channel: ", "chanel: ", "alertmanager.receivers.tickets.slack.chanel: is no setting; write channel"),
        (
            "    payments-chat:\n",
            "    slack: {slak: {}}\n    payments-chat:\n",
            "alertmanager.receivers.slack.slak: is no setting; write slack",
        ),
        ("critical: pager, info", "critcal: pager, info", "should be 'critical', 'warning' or 'info'"),
        (
            "default: tickets",
            "default: ticket",
            "there is no receiver 'ticket'; write it under receivers; there are pager",
        ),
        ("receiver: payments-chat", "receiver: x", "alertmanager.teams.payments.receiver: there is no receiver 'x'"),
        (
            "    pager:",
            "    unused: {slack: {api_url: {file: /a}, channel: b}}\n    pager:",
            "unused: is named nowhere",
        ),
        ("    pager:", "    leakwatch: {}\n    pager:", "leakwatch: is a name that leakwatch uses itself"),
        (
            "{file: /secrets/pagerduty, secret: pagerduty, key: routing-key}",
            "hush",
            "is a secret, and none is written here",
        ),
        (
            "{file: /secrets/pagerduty, secret: pagerduty, key: routing-key}",
            "{secret: a}",
            "says not where the secret is",
        ),
        ("file: /secrets/pagerduty", "file: secrets", "is no path; write that of a file"),
        (
            "http://leakwatch:8080/",
            "http://me:hush@leakwatch:8080/",
            "has a password in it; write `token: {file: PATH}`",
        ),
        ("http://leakwatch:8080/", "leakwatch:8080/", "is no address; write http://leakwatch:8080/webhooks"),
        ("    url: https://switch.example.org/ping", "    alert: Up", "has no address, or two; write `url`"),
        ("hours: office", "hours: night", "there are no hours 'night'"),
        ("    office: {", "    night: {}\n    office: {", "night: are named nowhere"),
        ('to: "18:00"', "to: 18:00", "office.to: is no text; put it in quotes"),
        ('to: "18:00"', 'to: "8pm"', "'8pm' is no time of day"),
        ('to: "18:00"', 'to: "07:00"', "is not after 08:00"),
        ('to: "18:00"', 'weekdays: ["mon-fri"]', "'mon-fri' is no weekday"),
        ('to: "18:00"', "location: Europe/Atlantis", "there is no time zone 'Europe/Atlantis'"),
        ("[payments, payments-*]", '["Payments"]', "'Payments' is no namespace"),
        ("[payments, payments-*]", "payments", "alertmanager.teams.payments.namespaces: is no list"),
        ("    payments:", "    all: {namespaces: ['*']}\n    payments:", "all has it already, by *; put the narrower"),
        ("to: on-call@example.org", "to: on-call", "'on-call' is no address of mail"),
        ("smtp.example.org:587", "smtp.example.org", "is no server of mail"),
        ("  default: ", "  group_wait: soon\n  default: ", "'soon' is no span of time"),
        ("  default: ", "  group_interval: 0s\n  default: ", "'0s' is no time at all"),
        ("  default: ", "  tests: [{labels: {a: b}}]\n  default: ", "tests[1].receivers: is missing"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(before, after, wanted):
    assert before in SETTINGS
    text = SETTINGS.replace(before, after, 1)
    said = _said(text)
    assert wanted in said
    where, _, _ = said.partition(": ")
    assert where.startswith("rules.yml:")
    assert abs(int(where.removeprefix("rules.yml:")) - _line(text, after.splitlines()[0].strip())) <= 2
    assert "hush" not in said


@pytest.mark.parametrize("text", ["alertmanager: on\n", "alertmanager: [1]\n", "alertmanager: {teams: [a]}\n"])
def test_what_is_no_mapping_is_told(text):
    assert "is no mapping" in _said(text)


@pytest.mark.parametrize(
    ("before", "form", "wanted"),
    [
        ("file: /secrets/slack, ", RouteForm.FILE, "the receiver tickets: api_url: no file holds the secret"),
        ("file: /secrets/leakwatch, ", RouteForm.FRAGMENTS, "the receiver leakwatch: token: no file holds the secret"),
        (", secret: mail, key: password", RouteForm.ALERTMANAGERCONFIG, "auth_password: no Kubernetes Secret holds"),
    ],
)
def test_a_secret_must_be_where_the_form_takes_it_from(before, form, wanted):
    with pytest.raises(UsageError, match=wanted):
        routes(SETTINGS.replace(before, "", 1), form)


def test_an_alertmanagerconfig_has_no_time_zones():
    text = SETTINGS.replace('to: "18:00"', 'to: "18:00", location: Europe/Berlin')
    assert routes(text).document["time_intervals"][0]["time_intervals"][0]["location"] == "Europe/Berlin"
    with pytest.raises(UsageError, match="knows no time zone but UTC"):
        routes(text, RouteForm.ALERTMANAGERCONFIG)
