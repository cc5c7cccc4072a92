"""What the settings of routes mean, checked beyond what types tell."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from zoneinfo import available_timezones

from alert_rules.alertmanager.plan import (
    DEAD_MANS_SWITCH,
    LEAKWATCH,
    NOBODY,
    Email,
    Hours,
    PagerDuty,
    Plan,
    Receiver,
    Secret,
    Slack,
    Team,
    Waits,
    Webhook,
)
from alert_rules.alertmanager.resource import Manifest
from alert_rules.alertmanager.rows import Row
from app.rules.located import Place
from app.rules.route_settings import (
    EmailSettings,
    HoursSettings,
    ReceiverSettings,
    RouteSettings,
    SecretSettings,
    WebhookSettings,
)


class MisplacedRoute(ValueError):
    """Something under `alertmanager:` cannot be. place: where it stands there; hint: the fix."""

    def __init__(self, place: Place, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.place = place
        self.hint = hint


def plan_of(settings: RouteSettings, own_alerts: Sequence[str]) -> Plan:
    """The plan. own_alerts: names of the alerts of the chosen packs. Raises MisplacedRoute."""
    _check_receivers(settings)
    _check_hours(settings)
    _check_teams(settings)
    switch = settings.dead_mans_switch
    return Plan(
        default=settings.default,
        severities={str(key): name for key, name in settings.severities.items()},
        teams=tuple(
            Team(name, one.namespaces, one.receiver, {str(key): to for key, to in one.severities.items()}, one.hours)
            for name, one in settings.teams.items()
        ),
        receivers=tuple(Receiver(name, tuple(_ways(one))) for name, one in settings.receivers.items()),
        hours=tuple(
            Hours(name, one.weekdays, one.start, one.end, one.location) for name, one in settings.hours.items()
        ),
        waits=Waits(settings.group_wait, settings.group_interval, settings.repeat_interval),
        leakwatch=None if settings.webhook is None else _webhook(settings.webhook),
        # Were its end told, too, the switch would take that for a sign of life.
        dead_mans_switch=None if switch is None else _webhook(switch, send_resolved=False),
        watchdog="Watchdog" if switch is None else switch.alert,
        own_alerts=tuple(own_alerts),
    )


def manifest_of(settings: RouteSettings) -> Manifest:
    """Of the AlertmanagerConfig."""
    one = settings.manifest
    return Manifest(one.name, one.namespace, dict(one.labels), one.version, one.all_namespaces)


def rows_of(settings: RouteSettings) -> tuple[Row, ...]:
    """The rows that people added to the table."""
    return tuple(Row(one.labels, one.receivers) for one in settings.tests)


def _check_receivers(settings: RouteSettings) -> None:
    """Whom something names is there, and is named."""
    named: set[str] = set()
    for place, name in _named(settings):
        if name not in {*settings.receivers, NOBODY}:
            known = ", ".join((*settings.receivers, NOBODY))
            raise MisplacedRoute(
                place, f"there is no receiver {name!r}", f"write it under receivers; there are {known}"
            )
        named.add(name)
    for name, receiver in settings.receivers.items():
        place = ("receivers", name)
        if name in {LEAKWATCH, DEAD_MANS_SWITCH, NOBODY}:
            raise MisplacedRoute(place, "is a name that leakwatch uses itself", "give it another name")
        if not name.strip() or not name.isprintable():
            raise MisplacedRoute(place, "is no name", "write letters, digits and -")
        if not any(_ways(receiver)):
            raise MisplacedRoute(place, "tells nobody", "write slack, pagerduty, email or webhook below it")
        if name not in named:
            raise MisplacedRoute(place, "is named nowhere", "name it as default, or in severities, or in a team")


def _named(settings: RouteSettings) -> Iterator[tuple[Place, str]]:
    yield ("default",), settings.default
    for severity, name in settings.severities.items():
        yield ("severities", severity), name
    for team, one in settings.teams.items():
        if one.receiver is not None:
            yield ("teams", team, "receiver"), one.receiver
        for severity, name in one.severities.items():
            yield ("teams", team, "severities", severity), name


def _check_hours(settings: RouteSettings) -> None:
    used = set()
    for team, one in settings.teams.items():
        if one.hours is not None:
            used.add(one.hours)
            if one.hours not in settings.hours:
                place = ("teams", team, "hours")
                raise MisplacedRoute(place, f"there are no hours {one.hours!r}", "write them under hours")
    for name, hours in settings.hours.items():
        if name not in used:
            raise MisplacedRoute(("hours", name), "are named nowhere", "name them in a team, or leave them out")
        _check_span(("hours", name), hours)


def _check_span(place: Place, hours: HoursSettings) -> None:
    if hours.start >= hours.end:
        raise MisplacedRoute((*place, "to"), f"is not after {hours.start}", "hours end on the day that they begin")
    if not hours.weekdays:
        raise MisplacedRoute((*place, "weekdays"), "has no day", "write [monday:friday]")
    zones = available_timezones()  # none where the machine has no such database
    if zones and hours.location not in zones:
        raise MisplacedRoute(
            (*place, "location"), f"there is no time zone {hours.location!r}", "write one such as Europe/Berlin"
        )


def _check_teams(settings: RouteSettings) -> None:
    """No namespace of a team is one of an earlier team: that one would get its alerts."""
    before: list[tuple[str, str]] = []
    for team, one in settings.teams.items():
        for index, pattern in enumerate(one.namespaces):
            for other, earlier in before:
                if fnmatchcase(pattern.replace("*", "x"), earlier):
                    place = ("teams", team, "namespaces", index)
                    raise MisplacedRoute(place, f"{other} has it already, by {earlier}", "put the narrower team first")
        before += [(team, pattern) for pattern in one.namespaces]


def _ways(receiver: ReceiverSettings) -> Iterator[Slack | PagerDuty | Email | Webhook]:
    if receiver.pagerduty is not None:
        yield PagerDuty(_secret(receiver.pagerduty.routing_key))
    if receiver.slack is not None:
        yield Slack(_secret(receiver.slack.api_url), receiver.slack.channel)
    if receiver.email is not None:
        yield _email(receiver.email)
    if receiver.webhook is not None:
        yield _webhook(receiver.webhook)


def _email(one: EmailSettings) -> Email:
    password = None if one.auth_password is None else _secret(one.auth_password)
    return Email(one.to, one.sender, one.smarthost, one.auth_username, password)


def _webhook(one: WebhookSettings, *, send_resolved: bool = True) -> Webhook:
    url = _secret(one.url_from) if one.url_from is not None else one.url
    assert url is not None  # noqa: S101 (the model has seen to it)
    return Webhook(url, None if one.token is None else _secret(one.token), one.max_alerts, send_resolved)


def _secret(one: SecretSettings) -> Secret:
    return Secret(one.file, one.secret, one.key)
