"""What an object store's refusals and silences mean, in words. obstore tells most of them in its messages alone.

The codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

import re

from app.errors import BackupError, NoSnapshot, StoreRefused, StoreUnreachable, StoreUnusable
from app.text import printable

_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_STATUS = re.compile(r"non-2xx status code: (\d{3})")
# How obstore tells of a request: method and address, the time it took, and after a dash what came of it.
_REQUEST = re.compile(r"Error performing \w+ (\S+) in .*? - (.*)", re.DOTALL)
# Where a pod, a container or a machine asks for the credentials of its role.
_ROLES = ("169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::", "//sts.")
# Signs of why there was no answer, in what obstore tells for its makers, and what they mean.
_SIGNS = (
    ("InvalidCertificate", "its certificate is not trusted: see LEAKWATCH_BACKUP_CA_FILE"),
    ("dns error", "its name is not known"),
    ("ConnectionRefused", "nobody listens there"),
    ("TimedOut", "no answer in time"),
)
_LONGEST = 200


def refusal(act: str, where: str, name: str, error: Exception) -> BackupError:
    """What to tell of an error of obstore. act: what was wanted; where: the folder; name: of what in it, or ""."""
    text = str(error)
    code, status = _first(_CODE, text), _first(_STATUS, text)
    request = _REQUEST.search(text)
    if request is not None and any(place in request[1] for place in _ROLES):
        return StoreRefused(
            f"there are no credentials for {where}: none are set, and no role gives any",
            "set LEAKWATCH_BACKUP_ACCESS_KEY and LEAKWATCH_BACKUP_SECRET_KEY, or give the pod or machine a role",
        )
    if code == "NoSuchBucket":
        return StoreUnusable(f"there is no bucket for {where}", "make it, or check LEAKWATCH_BACKUP_BUCKET")
    if status in {"401", "403"}:
        return StoreRefused(
            f"may not {act} in {where}: {code or 'it answered ' + status}",
            "check LEAKWATCH_BACKUP_ACCESS_KEY and LEAKWATCH_BACKUP_SECRET_KEY, or the role, and what it may do",
        )
    if isinstance(error, FileNotFoundError) and code in {"", "NoSuchKey"}:
        return NoSnapshot(f"{where} has no {name}", "was it removed meanwhile?")
    if status and not status.startswith("5"):
        return StoreUnusable(
            f"could not {act} in {where}: it answered {status} {code}".rstrip(),
            "check LEAKWATCH_BACKUP_ENDPOINT and its credentials",
        )
    reason = f"it answered {status} {code}".rstrip() if status else _reason(text, request[2] if request else text)
    return StoreUnreachable(f"could not {act} in {where}: {reason}", "check LEAKWATCH_BACKUP_ENDPOINT, then try again")


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _reason(text: str, last: str) -> str:
    known = next((meaning for sign, meaning in _SIGNS if sign in text), None)
    return known or printable(next(iter(last.strip().splitlines()), "no answer"), _LONGEST)
