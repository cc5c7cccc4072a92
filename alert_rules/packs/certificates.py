"""Certificates: those that end soon, those that cannot be issued, those of the cluster's own parts."""

from alert_rules.pack import Options, Pack, PackKind, Threshold, Unit
from alert_rules.packs.certificates_situations import CERTIFICATE_SITUATIONS
from alert_rules.promql import number
from alert_rules.rule import Alert, Group, Recording

_PACK = "certificates"
EXPIRY = Threshold(
    _PACK, "expiry", 14 * 86400, Unit.SECONDS, "Time before its end from which a certificate is told of."
)
IMMINENT = Threshold(
    _PACK, "imminent", 2 * 86400, Unit.SECONDS, "Time before its end from which someone must act at once."
)
KUBELET = Threshold(
    _PACK, "kubelet_expiry", 3 * 86400, Unit.SECONDS, "Time before its end at which a kubelet's should be renewed."
)
ENDS = "certificate:expiry_timestamp_seconds:max"
RENEWED_FROM = "certificate:renewal_timestamp_seconds:max"
_OF_CERTIFICATE = "cluster, namespace, certificate, source"
_WHO = "{{ with $labels.namespace }}{{ . }}/{{ end }}{{ $labels.certificate }}"
_LEFT = "{{ if lt $value 0.0 }}has ended.{{ else }}ends in {{ $value | humanizeDuration }}.{{ end }}"
# Prometheus writes the bounds of buckets as 86400 up to version 2, and as 86400.0 from version 3 on.
_A_DAY = 'le=~"86400([.]0)?"'


def _build(options: Options) -> Pack:
    groups = (
        Group("leakwatch-certificates-ends", _recordings()),
        Group("leakwatch-certificates", (*_expiring(options), _not_ready(), _kubelet(options), _api_client())),
    )
    return Pack(groups, CERTIFICATE_SITUATIONS)


def _recordings() -> tuple[Recording, ...]:
    """When certificates end, in seconds since 1970, whoever tells so.

    cert-manager tells 0 of what it has not issued. A probe tells of the chain that a client would take where it checks
    chains, else of the first certificate of all that are sent to end: that may be an old root that nobody needs.
    """
    chain = "probe_ssl_last_chain_expiry_timestamp_seconds > 0 or probe_ssl_earliest_cert_expiry > 0"
    ingress = 'nginx_ingress_controller_ssl_expire_time_seconds{host!="_"} > 0'
    # Of old versions there is only the host.
    ingress = _renamed(_renamed(ingress, "certificate", "host"), "certificate", "secret_name")
    by = "cluster, namespace, certificate"
    return (
        Recording(ENDS, f"max by ({by}) ({_issued('expiration')})", {"source": "cert-manager"}),
        Recording(
            ENDS, f"min by (cluster, certificate) ({_renamed(chain, 'certificate', 'instance')})", {"source": "probe"}
        ),
        Recording(
            ENDS,
            f"min by ({by}) ({_own_namespace(ingress)})",
            {"source": "ingress-nginx"},
        ),
        Recording(RENEWED_FROM, f"max by ({by}) ({_issued('renewal')})", {"source": "cert-manager"}),
    )


def _expiring(options: Options) -> tuple[Alert, ...]:
    """What ends soon and should have been renewed: of a short-lived one the end is always near."""
    ends = f"{ENDS} - time() < {{within}} unless on ({_OF_CERTIFICATE}) {RENEWED_FROM} > time()"
    words = "The certificate " + _WHO + " ({{ $labels.source }}) " + _LEFT
    return (
        Alert(
            "CertificateExpiring",
            ends.format(within=number(options.value(EXPIRY))),
            "1h",
            "warning",
            "A certificate ends soon and has not been renewed.",
            words,
        ),
        Alert(
            "CertificateExpiryImminent",
            ends.format(within=number(options.value(IMMINENT))),
            "30m",
            "critical",
            "A certificate ends within days and has not been renewed.",
            words,
        ),
    )


def _not_ready() -> Alert:
    states = _named('certmanager_certificate_ready_status{condition!="True"}')
    return Alert(
        "CertificateNotReady",
        f"max by (cluster, namespace, certificate) ({states}) == 1",
        "1h",
        "warning",
        "cert-manager does not get a certificate ready.",
        "The certificate " + _WHO + " has not been ready for an hour: it is missing, ended, or not as it should be.",
    )


def _kubelet(options: Options) -> Alert:
    """A kubelet's certificate that it should have renewed long ago. It tells infinity of one that it does not use."""
    within = number(options.value(KUBELET))
    kinds = (
        f"label_replace(min by (cluster, node, instance) (kubelet_certificate_manager_{kind}_ttl_seconds) < {within},"
        f' "certificate", "{kind}", "", "")'
        for kind in ("client", "server")
    )
    return Alert(
        "KubeletCertificateExpiring",
        " or ".join(kinds),
        "1h",
        "warning",
        "A kubelet's certificate ends soon and has not been renewed.",
        "The {{ $labels.certificate }} certificate of the kubelet of"
        " {{ if $labels.node }}{{ $labels.node }}{{ else }}{{ $labels.instance }}{{ end }}"
        " " + _LEFT,
    )


def _api_client() -> Alert:
    """Clients of the API server whose certificate ends within a day. Where some always do, it is by design."""
    bucket = f"apiserver_client_certificate_expiration_seconds_bucket{{{_A_DAY}}}"
    return Alert(
        "ApiClientCertificateExpiring",
        f"sum by (cluster, job) (rate({bucket}[15m])) > 0"
        f" unless on (cluster, job) sum by (cluster, job) (rate({bucket}[15m] offset 1d)) > 0",
        "15m",
        "warning",
        "A client of the API server uses a certificate that ends within a day.",
        "{{ $value | humanize }} requests a second come with a client certificate that ends within a day.",
    )


def _issued(moment: str) -> str:
    return _named(f"certmanager_certificate_{moment}_timestamp_seconds > 0")


def _named(expr: str) -> str:
    """What cert-manager tells of a certificate, under its own namespace and the label certificate."""
    return _own_namespace(_renamed(expr, "certificate", "name"))


def _own_namespace(expr: str) -> str:
    """Where the labels of what is scraped win, the certificate's own namespace is exported_namespace."""
    return _renamed(expr, "namespace", "exported_namespace")


def _renamed(expr: str, label: str, source: str) -> str:
    return f'label_replace({expr}, "{label}", "$1", "{source}", "(.+)")'


CERTIFICATES = PackKind(
    _PACK,
    "Certificates",
    "any of cert-manager, blackbox_exporter, ingress-nginx, the kubelets and the API server",
    _build,
    (EXPIRY, IMMINENT, KUBELET),
)
