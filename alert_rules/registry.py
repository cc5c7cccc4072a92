"""Every pack that can be chosen, in the order in which they are listed."""

from alert_rules.pack import PackKind
from alert_rules.packs.backups import BACKUPS
from alert_rules.packs.certificates import CERTIFICATES
from alert_rules.packs.ingress_nginx import INGRESS_NGINX
from alert_rules.packs.istio import ISTIO
from alert_rules.packs.leaks_with_service import LEAKS_WITH_SERVICE
from alert_rules.packs.leaks_without_service import LEAKS_WITHOUT_SERVICE
from alert_rules.packs.mongodb import MONGODB
from alert_rules.packs.nodejs import NODEJS
from alert_rules.packs.rabbitmq import RABBITMQ
from alert_rules.packs.redis import REDIS
from alert_rules.packs.tuned import TUNED
from alert_rules.packs.workloads.pack import WORKLOADS

PACKS: tuple[PackKind, ...] = (
    *(LEAKS_WITH_SERVICE, LEAKS_WITHOUT_SERVICE, TUNED, WORKLOADS),
    *(NODEJS, MONGODB, REDIS, RABBITMQ, INGRESS_NGINX, ISTIO, CERTIFICATES, BACKUPS),
)

# Those that are built where the settings choose none: what every cluster with leakwatch has the series for.
USUAL = ("leaks-with-service", "leaks-without-service", "workloads")
