"""Scans of a source that remembers, for tests: the times, the pods, and how two readings are compared."""

from dataclasses import fields

import numpy as np

from app.prometheus.source import Control, ScanRequest
from app.prometheus.window.incremental import IncrementalSource
from detectors.panel import Panel
from tests.support.samples import SampleSource, pod_series

STEP, STEPS = 60.0, 48
START = 1_800_000_000.0
SCRAPE = 30.0


def request(end, **more):
    return ScanRequest(end - (STEPS - 1) * STEP, end, STEP, **more)


def scanned(source, end, **more):
    """The plan, and what was read of each batch."""
    try:
        plan = source.plan(request(end, **more), Control())
        return plan, [source.read(plan, batch, Control()) for batch in plan.batches]
    finally:
        source.close()


def remembering(inner, folder, overlap=600.0):
    return IncrementalSource(inner, folder, {"url": "http://prometheus:9090"}, overlap)


def assert_same(one, other):
    for field in fields(Panel):
        np.testing.assert_equal(getattr(one.panel, field.name), getattr(other.panel, field.name), err_msg=field.name)
    np.testing.assert_equal(one.limits.by_state, other.limits.by_state)
    np.testing.assert_equal(one.limits.by_cadvisor, other.limits.by_cadvisor)
    assert (one.subjects, one.revisions) == (other.subjects, other.revisions)
    assert (one.unread, one.unasked) == (other.unread, other.unasked)


def times(begin, end):
    return START + np.arange(begin * STEP, end * STEP, SCRAPE)


ALWAYS = times(0, 400)
FIRST, NEXT = START + 60 * STEP, START + 65 * STEP


def some_pods(*names, at=ALWAYS):
    """Pods whose memory rises by a byte a second."""
    return [one for name in names for one in pod_series(name, at, 1e8 + at - START)]


def asked_next(stored, folder, *, first=FIRST, then=NEXT, before=None, **how):
    """What the second of two scans asks for, and what it has to say; `before` happens between the two."""
    scanned(remembering(SampleSource(stored, now=first, **how), folder), first)
    if before is not None:
        before()
    inner = SampleSource(stored, now=then)
    plan, readings = scanned(remembering(inner, folder), then)
    _, cold = scanned(SampleSource(stored, now=then), then)
    for one, other in zip(readings, cold, strict=True):
        assert_same(one, other)
    said = [problem.text for problem in (*plan.problems, *(one for it in readings for one in it.problems))]
    return inner.asked, said


WHOLE = (STEPS, ("api-0", "web-0"))
