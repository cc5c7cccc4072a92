"""The service's own TLS."""

import ssl
from pathlib import Path

from app.errors import SettingsError


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer with this certificate, PEM. Raises SettingsError naming the file that is wrong."""
    for name, file in (("TLS_CERT_FILE", certificate), ("TLS_KEY_FILE", key)):
        try:
            file.read_bytes()
        except OSError as error:
            raise SettingsError(f"LEAKWATCH_{name}: cannot read {file}: {error.strerror}") from error
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # An empty password, so that nobody is asked for one on a terminal that may not be there.
        context.load_cert_chain(certificate, key, password="")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise SettingsError(
                f"LEAKWATCH_TLS_KEY_FILE: {key} is not the key of {certificate}", "give the key it was made with"
            ) from error
        raise SettingsError(
            f"LEAKWATCH_TLS_CERT_FILE: {certificate} and {key} cannot be used: {error.reason or 'no PEM'}",
            "give a PEM certificate (with its chain) and its PEM key, without a password",
        ) from error
    return context
