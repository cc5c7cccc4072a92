"""The programs of each recording, each family once."""

from collections.abc import Callable
from dataclasses import replace

from demo.recorder.catalogue import go, jvm, node, python, stores
from demo.recorder.catalogue.unseen import healthy, leaking
from demo.recorder.program import Program


def programs() -> list[Program]:
    """Those of the first recording. About a third are held back: no detector may be fitted to them."""
    return [*node.PROGRAMS, *python.LEAKING, *python.HEALTHY, *jvm.PROGRAMS, *go.PROGRAMS, *stores.PROGRAMS]


def unseen() -> list[Program]:
    """Those of the second, all of them held back."""
    return [replace(program, held_back=True) for program in (*leaking.LEAKING, *healthy.HEALTHY)]


# By the name of the recording's file.
RECORDINGS: dict[str, Callable[[], list[Program]]] = {"programs": programs, "unseen": unseen}
