"""What the alerts on certificates must make of things. Times are in seconds since the situation's start."""

from alert_rules.pack import Fired, Situation

_DAY = 86400
_ISSUED = 'cluster="c",namespace="shop",name="cart-tls",issuer_name="ca"'
_ENDS = f"certmanager_certificate_expiration_timestamp_seconds{{{_ISSUED}}}"
_RENEWS = f"certmanager_certificate_renewal_timestamp_seconds{{{_ISSUED}}}"
_CART = {"cluster": "c", "namespace": "shop", "certificate": "cart-tls", "source": "cert-manager"}
_PROBE = 'cluster="c",job="blackbox",instance="https://shop.example.org"'
_SITE = {"cluster": "c", "certificate": "https://shop.example.org", "source": "probe"}
_HOUR_LEFT = "ends in 9d 22h 0m 0s."


def _at(days: float) -> str:
    return f"{days * _DAY:.0f}x60"


def _told(series: dict[str, str]) -> dict[str, str]:
    """As it is scraped where the labels of the scraped pod win."""
    return {
        name.replace('namespace="shop"', 'namespace="cert-manager",exported_namespace="shop"'): values
        for name, values in series.items()
    }


def _expiring(
    name: str, series: dict[str, str], labels: dict[str, str] | None = None, words: str = "", at: str = "2h"
) -> Situation:
    fires = () if labels is None else (Fired(labels, words),)
    return Situation(name, "CertificateExpiring", series, at, fires, "5m")


_LATE = {_ENDS: _at(10), _RENEWS: _at(-5)}
_EXPIRING = (
    _expiring("it was not renewed in time", _LATE, _CART, f"The certificate shop/cart-tls (cert-manager) {_HOUR_LEFT}"),
    _expiring(
        "the labels of cert-manager's own pod win",
        _told(_LATE),
        _CART,
        f"The certificate shop/cart-tls (cert-manager) {_HOUR_LEFT}",
    ),
    _expiring(
        "an endpoint's ends",
        {f"probe_ssl_earliest_cert_expiry{{{_PROBE}}}": _at(10)},
        _SITE,
        f"The certificate https://shop.example.org (probe) {_HOUR_LEFT}",
    ),
    _expiring(
        "one of two replicas of the ingress still has the old one",
        {
            'nginx_ingress_controller_ssl_expire_time_seconds{cluster="c",namespace="shop",secret_name="cart-tls",'
            f'host="shop.example.org",pod="ingress-{pod}"}}': _at(days)
            for pod, days in (("a", 10), ("b", 90))
        },
        _CART | {"source": "ingress-nginx"},
        f"The certificate shop/cart-tls (ingress-nginx) {_HOUR_LEFT}",
    ),
    _expiring("it lives for a day, and is not yet to be renewed", {_ENDS: _at(1), _RENEWS: _at(0.6)}),
    _expiring("cert-manager is just about to renew it", {_ENDS: _at(10), _RENEWS: "6600x60"}, at="135m"),
    _expiring("it has never been issued", {_ENDS: "0x60", _RENEWS: "0x60"}),
    _expiring("it has months", {_ENDS: _at(60), f"probe_ssl_earliest_cert_expiry{{{_PROBE}}}": _at(60)}),
    _expiring(
        "the server sends an old root that no client needs",
        {
            f"probe_ssl_earliest_cert_expiry{{{_PROBE}}}": _at(3),
            f"probe_ssl_last_chain_expiry_timestamp_seconds{{{_PROBE}}}": _at(60),
        },
    ),
    _expiring(
        "the probe found no certificate",
        {
            f"probe_ssl_earliest_cert_expiry{{{_PROBE}}}": "-62135596800x60",
            f"probe_ssl_last_chain_expiry_timestamp_seconds{{{_PROBE}}}": "-62135596800x60",
        },
    ),
    _expiring(
        "the ingress's own stand-in",
        {'nginx_ingress_controller_ssl_expire_time_seconds{cluster="c",host="_",secret_name=""}': _at(3)},
    ),
)
_IMMINENT = (
    Situation(
        "a day is left",
        "CertificateExpiryImminent",
        {_ENDS: _at(1), _RENEWS: _at(-29)},
        "1h",
        (Fired(_CART, "The certificate shop/cart-tls (cert-manager) ends in 23h 0m 0s."),),
        "5m",
    ),
    Situation(
        "it has ended",
        "CertificateExpiryImminent",
        {f"probe_ssl_earliest_cert_expiry{{{_PROBE}}}": "3600x60"},
        "2h",
        (Fired(_SITE, "The certificate https://shop.example.org (probe) has ended."),),
        "5m",
    ),
    Situation("ten days are left", "CertificateExpiryImminent", _LATE, "2h", (), "5m"),
    Situation(
        "it lives for a day, and is not yet to be renewed",
        "CertificateExpiryImminent",
        {_ENDS: _at(1), _RENEWS: _at(0.6)},
        "2h",
        (),
        "5m",
    ),
)
_READY = f"certmanager_certificate_ready_status{{{_ISSUED},condition="
_NOT_READY = (
    Situation(
        "it has not been ready for hours",
        "CertificateNotReady",
        {f'{_READY}"True"}}': "0x60", f'{_READY}"False"}}': "1x60", f'{_READY}"Unknown"}}': "0x60"},
        "2h",
        (
            Fired(
                {"cluster": "c", "namespace": "shop", "certificate": "cart-tls"},
                "The certificate shop/cart-tls has not been ready for an hour: it is missing, ended, or not as it"
                " should be.",
            ),
        ),
        "5m",
    ),
    Situation(
        "it is ready",
        "CertificateNotReady",
        {f'{_READY}"True"}}': "1x60", f'{_READY}"False"}}': "0x60"},
        "2h",
        (),
        "5m",
    ),
    Situation(
        "the first issue takes half an hour",
        "CertificateNotReady",
        {f'{_READY}"False"}}': "1x6 0x60", f'{_READY}"True"}}': "0x6 1x60"},
        "2h",
        (),
        "5m",
    ),
)
_KUBELET = 'cluster="c",node="n1",instance="10.0.0.1:10250"'
_CLIENT, _SERVER = (f"kubelet_certificate_manager_{kind}_ttl_seconds{{{_KUBELET}}}" for kind in ("client", "server"))
_KUBELETS = (
    Situation(
        "a kubelet does not get its client certificate renewed",
        "KubeletCertificateExpiring",
        {_CLIENT: "180000-300x60", _SERVER: "9000000-300x60"},
        "2h",
        (
            Fired(
                {"cluster": "c", "node": "n1", "instance": "10.0.0.1:10250", "certificate": "client"},
                "The client certificate of the kubelet of n1 ends in 2d 0h 0m 0s.",
            ),
        ),
        "5m",
    ),
    Situation(
        "a kubelet's server certificate waits for somebody to approve it, and has ended",
        "KubeletCertificateExpiring",
        {_CLIENT: "9000000-300x60", _SERVER: "-3600-300x60"},
        "2h",
        (
            Fired(
                {"cluster": "c", "node": "n1", "instance": "10.0.0.1:10250", "certificate": "server"},
                "The server certificate of the kubelet of n1 has ended.",
            ),
        ),
        "5m",
    ),
    Situation(
        "its client certificate is renewed in time, and it uses no server certificate",
        "KubeletCertificateExpiring",
        {_CLIENT: "9000000-300x60", _SERVER: "999999999999x60"},
        "2h",
        (),
        "5m",
    ),
)
_BUCKET = 'apiserver_client_certificate_expiration_seconds_bucket{cluster="c",job="apiserver",le='
_CLIENTS = (
    Situation(
        "a client comes with a certificate that ends today",
        "ApiClientCertificateExpiring",
        {f'{_BUCKET}"86400"}}': "0x12 0+300x60", f'{_BUCKET}"+Inf"}}': "0+3000x72"},
        "3h",
        (
            Fired(
                {"cluster": "c", "job": "apiserver"},
                "1 requests a second come with a client certificate that ends within a day.",
            ),
        ),
        "5m",
    ),
    Situation(
        "Prometheus 3 scrapes it, and the certificate ends today",
        "ApiClientCertificateExpiring",
        {f'{_BUCKET}"86400.0"}}': "0x12 0+300x60"},
        "3h",
        (
            Fired(
                {"cluster": "c", "job": "apiserver"},
                "1 requests a second come with a client certificate that ends within a day.",
            ),
        ),
        "5m",
    ),
    Situation(
        "no certificate ends within months",
        "ApiClientCertificateExpiring",
        {f'{_BUCKET}"86400"}}': "0x60", f'{_BUCKET}"+Inf"}}': "0+3000x60"},
        "3h",
        (),
        "5m",
    ),
    Situation(
        "an API server starts anew",
        "ApiClientCertificateExpiring",
        {f'{_BUCKET}"86400"}}': "500x20 0x40"},
        "2h",
        (),
        "5m",
    ),
    Situation(
        "a client has certificates of a day, and had them yesterday",
        "ApiClientCertificateExpiring",
        {f'{_BUCKET}"86400"}}': "0+300x330"},
        "26h",
        (),
        "5m",
    ),
)

CERTIFICATE_SITUATIONS = (*_EXPIRING, *_IMMINENT, *_NOT_READY, *_KUBELETS, *_CLIENTS)
