"""Who is told of what, and how: what an Alertmanager configuration is made from. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

# Worst first; a lesser one never keeps a worse one quiet.
SEVERITIES = ("critical", "warning", "info")

# Receivers that are there without being written.
NOBODY = "nobody"
LEAKWATCH = "leakwatch"
DEAD_MANS_SWITCH = "dead-mans-switch"


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is, never what it is.

    file: its path where Alertmanager runs; name and key: of a Kubernetes Secret, for an AlertmanagerConfig.
    """

    file: str | None = None
    name: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Slack:
    """A channel of Slack. api_url: of an incoming webhook."""

    api_url: Secret
    channel: str


@dataclass(frozen=True, slots=True)
class PagerDuty:
    """A service of PagerDuty. routing_key: of an integration by the Events API v2."""

    routing_key: Secret


@dataclass(frozen=True, slots=True)
class Email:
    """Mail through a server, `host:port`; username and password: where that server wants them."""

    to: str
    sender: str
    smarthost: str
    username: str | None = None
    password: Secret | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """A POST of all alerts of a group. url: its address, or where that is kept when it is itself a secret.

    max_alerts: how many alerts one notification may hold, the others being left out; 0: any number.
    """

    url: str | Secret
    token: Secret | None = None
    max_alerts: int = 0
    send_resolved: bool = True


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody to tell, in one or several ways."""

    name: str
    ways: tuple[Slack | PagerDuty | Email | Webhook, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """When a team works. weekdays: such as monday:friday; start, end: HH:MM; location: of the IANA database."""

    name: str
    weekdays: tuple[str, ...]
    start: str
    end: str
    location: str = "UTC"


@dataclass(frozen=True, slots=True)
class Team:
    """A team's alerts: those of its namespaces, or, where it has none, those with its name in the label `team`.

    namespaces: names, each with `*` for any text; receiver: for all that `severities` does not name; hours: outside
    of them, only what is critical is told.
    """

    name: str
    namespaces: tuple[str, ...] = ()
    receiver: str | None = None
    severities: Mapping[str, str] = field(default_factory=dict)
    hours: str | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """How long a group gathers before it is told; before news of it are; and before it is told again."""

    group_wait: str = "30s"
    group_interval: str = "5m"
    repeat_interval: str = "12h"


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole of it. default: who is told of what no other line names; severities: receivers by severity.

    leakwatch: our own webhook, told of everything beside whoever else is; dead_mans_switch: told again and again
    while `watchdog`, an alert that always fires, comes through; own_alerts: names of the alerts of our packs.
    """

    default: str = NOBODY
    severities: Mapping[str, str] = field(default_factory=dict)
    teams: tuple[Team, ...] = ()
    receivers: tuple[Receiver, ...] = ()
    hours: tuple[Hours, ...] = ()
    waits: Waits = field(default_factory=Waits)
    leakwatch: Webhook | None = None
    dead_mans_switch: Webhook | None = None
    watchdog: str = "Watchdog"
    own_alerts: tuple[str, ...] = ()

    @property
    def chooses(self) -> bool:
        """Whether it says of any alert who is told."""
        return self.default != NOBODY or bool(self.severities) or bool(self.teams)

    def receiver_of(self, severity: str, team: Team | None) -> str:
        """Who is told of an alert of this severity: the team's choice, then the team, then everybody's choice."""
        if team is not None and severity in team.severities:
            return team.severities[severity]
        if team is not None and team.receiver is not None:
            return team.receiver
        return self.severities.get(severity, self.default)

    def team_of(self, namespace: str, label: str | None) -> Team | None:
        """Whose an alert is: the first team with such a namespace, else the one that its label `team` names."""
        for team in self.teams:
            if any(fnmatchcase(namespace, pattern) for pattern in team.namespaces):
                return team
        return next((team for team in self.teams if not team.namespaces and team.name == label), None)

    def everybody(self) -> tuple[Receiver, ...]:
        """Every receiver that a route may name, ours first."""
        made = [Receiver(LEAKWATCH, (self.leakwatch,))] if self.leakwatch else []
        if self.dead_mans_switch:
            made.append(Receiver(DEAD_MANS_SWITCH, (self.dead_mans_switch,)))
        return (*made, Receiver(NOBODY), *self.receivers)
