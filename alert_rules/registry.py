"""Every pack that can be chosen, in the order in which they are listed."""

from alert_rules.pack import PackKind
from alert_rules.packs.ingress_nginx import INGRESS_NGINX
from alert_rules.packs.istio import ISTIO
from alert_rules.packs.mongodb import MONGODB
from alert_rules.packs.nodejs import NODEJS
from alert_rules.packs.rabbitmq import RABBITMQ
from alert_rules.packs.redis import REDIS

PACKS: tuple[PackKind, ...] = (NODEJS, MONGODB, REDIS, RABBITMQ, INGRESS_NGINX, ISTIO)

# Those that are built where the settings choose none: what every cluster with leakwatch has the series for.
USUAL = ("leaks-with-service", "leaks-without-service", "workloads")
