"""Settings of routes, as somebody writes them, and what is made of them."""

from app.rules.route_alerts import own_alerts
from app.rules.route_build import build_routes
from app.rules.route_file import routes_of
from app.rules.route_forms import RouteForm
from app.rules.settings import loads
from app.rules.settings_model import RuleSettings

SETTINGS = """\
alertmanager:
  default: tickets
  severities: {critical: pager, info: nobody}
  teams:
    search:
      severities: {critical: search-pager}
    payments:
      namespaces: [payments, payments-*]
      receiver: payments-chat
      severities: {critical: pager}
      hours: office
  receivers:
    pager:
      pagerduty: {routing_key: {file: /secrets/pagerduty, secret: pagerduty, key: routing-key}}
    search-pager:
      webhook: {url: "https://search.example.org/page", token: {file: /secrets/search, secret: search, key: token}}
    tickets:
      slack: {api_url: {file: /secrets/slack, secret: slack, key: url}, channel: "#tickets"}
      email:
        to: on-call@example.org
        from: alerts@example.org
        smarthost: smtp.example.org:587
        auth_username: alerts
        auth_password: {file: /secrets/mail, secret: mail, key: password}
    payments-chat:
      slack: {api_url: {file: /secrets/slack, secret: slack, key: url}, channel: "#payments"}
  hours:
    office: {from: "08:00", to: "18:00"}
  webhook:
    url: http://leakwatch:8080/webhooks/alertmanager
    token: {file: /secrets/leakwatch, secret: leakwatch, key: webhook-token}
  dead_mans_switch:
    url: https://switch.example.org/ping
"""


def routes(text=SETTINGS, form=RouteForm.FILE):
    """What the settings make, in a form."""
    return build_routes(routes_of(loads(text).alertmanager, own_alerts(RuleSettings())), form)
