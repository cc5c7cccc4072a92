"""Carries mitigations on in a process that kills itself, as `kill -9` does, at one place.

python -m tests.support.dying_carrier PLACE ID: settings come from the environment.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from app.mitigating import applying, watching
from app.mitigating.carrying import Carrier
from app.mitigating.ledger import Ledger
from app.mitigating.policy import limits_of, policy_of
from app.mitigating.reach import make_clusters
from app.settings import load_settings
from app.storage.engine import make_engine

# Before it is written down that it is about to be done; after that; after it was done; after that was written; before
# it is written that the rollout is over.
PLACES = ("before begin", "after begin", "after send", "after applied", "before rolled out")


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _then(act: Callable[..., Any]) -> Callable[..., Any]:
    def acted(*arguments: Any, **more: Any) -> Any:
        act(*arguments, **more)
        _die()

    return acted


def main() -> None:
    """Carry one on until it dies."""
    place, number = sys.argv[1], int(sys.argv[2])
    match place:
        case "before begin":
            Ledger.begin = _die  # type: ignore[method-assign]
        case "after begin":
            Ledger.begin = _then(Ledger.begin)  # type: ignore[method-assign]
        case "after send":
            applying.send = _then(applying.send)
        case "after applied":
            Ledger.take = _then(Ledger.take)  # type: ignore[method-assign]
        case "before rolled out":
            watching.progress_of = _then(watching.progress_of)
    settings = load_settings()
    carrier = Carrier(make_engine(settings), make_clusters(settings), policy_of(settings), limits_of(settings))
    while True:
        carrier.carry(number)


if __name__ == "__main__":
    main()
