"""The identity of an incident, as one short string."""

import hashlib
import re

from app.domain.finding import Identity

_FORM = re.compile(r"[0-9a-f]{16}")


def is_fingerprint(text: str) -> bool:
    """Whether it has the form of one."""
    return _FORM.fullmatch(text) is not None


def fingerprint(identity: Identity) -> str:
    """Sixteen hexadecimal digits that are the same for the same cluster, namespace, workload and container.

    The parts are joined by a byte that no Kubernetes name may contain, so that no two identities run together.
    """
    joined = "\x00".join((identity.cluster, identity.namespace, identity.workload, identity.container))
    return hashlib.sha256(joined.encode()).hexdigest()[:16]
