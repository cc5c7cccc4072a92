"""`leakwatch rules settings`: a settings file to begin with."""

import sys


def command() -> None:
    """Print a settings file with every pack and every threshold, explained, as they are without one.

    Write it to leakwatch-rules.yml, and change what you need.
    """
    from app.rules.template import template

    sys.stdout.write(template())
