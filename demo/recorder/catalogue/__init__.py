"""The programs of a recording, each family once. About a third are held back: no detector may be fitted to them."""

from demo.recorder.catalogue import go, jvm, node, python, stores
from demo.recorder.program import Program


def programs() -> list[Program]:
    """Every program of the recording."""
    return [*node.PROGRAMS, *python.LEAKING, *python.HEALTHY, *jvm.PROGRAMS, *go.PROGRAMS, *stores.PROGRAMS]
