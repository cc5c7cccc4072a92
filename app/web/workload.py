"""`/workloads/{fingerprint}`: one container of a workload: its latest verdict, its past, its lives and revisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query
from fastapi.responses import Response
from markupsafe import Markup
from numpy.typing import NDArray

from app.domain.explanation import Explanation
from app.domain.fingerprint import is_fingerprint
from app.domain.fleet import share_of
from app.domain.lifetimes import Lifetime, PodCourse, RevisionAges, ages_of, by_age, lifetimes
from app.errors import LeakwatchError, NotFound
from app.output.document import finding_document
from app.services.workloads import WorkloadDetail
from app.web.course import age_plot, growth_course, memory_course, probability_course
from app.web.fleet_query import SHARES
from app.web.page import Acting, Page, Viewing
from app.web.revisions import known_revisions
from app.web.rollout import rollout_shown
from app.web.verdict_sentence import verdict_sentence

router = APIRouter(include_in_schema=False)
_PAGE = 25
_MOST_PLOTTED = 400
_MOST_LIVES = 30
_ENDINGS = {"oom_kill": "OOM kill", "restart": "restart", "gone": "gone", "runs": "still runs"}
_KINDS = {"anon": "anonymous memory", "kernel": "kernel memory", "page_cache": "page cache"}


@dataclass(frozen=True, slots=True)
class Lives:
    """What is known of the lives of its pods, and where from. more: how many are left out."""

    lives: tuple[Lifetime, ...]
    more: int
    ages: tuple[float, ...]
    revisions: tuple[RevisionAges, ...]
    pods: int


@router.get("/workloads/{fingerprint}")
def workload(page: Viewing, fingerprint: str, cursor: Annotated[str, Query(max_length=300)] = "") -> Response:
    """The page."""
    return _show(page, _detail(page, fingerprint, cursor), cursor)


@router.post("/workloads/{fingerprint}")
def read_now(page: Acting, fingerprint: str) -> Response:
    """The page with what its memory shows now; nothing of it is kept."""
    detail = _detail(page, fingerprint, "")
    try:
        seen = page.services.looks.read(detail.workload.identity)
    except LeakwatchError as error:
        return _show(page, detail, "", problem=f"{error}; {error.hint}" if error.hint else f"{error}")
    return _show(page, detail, "", seen=seen)


def _detail(page: Page, fingerprint: str, cursor: str) -> WorkloadDetail:
    if not is_fingerprint(fingerprint):
        raise NotFound("there is no such workload")
    return page.services.workloads.one(fingerprint, cursor or None, _PAGE)


def _show(
    page: Page, detail: WorkloadDetail, cursor: str, *, seen: Explanation | None = None, problem: str | None = None
) -> Response:
    one, service = detail.workload, page.services.workloads
    incident, evidence = service.incident(one.fingerprint) or (None, None)
    past = service.course(one.fingerprint, _MOST_PLOTTED)
    lives = None
    if seen is not None:
        lives = _of_look(seen)
    elif evidence is not None:
        lives = _of_evidence(evidence.content)
    plots: tuple[tuple[str, Markup], ...] = ()
    if len(past) > 1:
        plots = (
            ("Memory of the largest pod", memory_course(past, one.finding["limit_bytes"])),
            ("Growth of one pod", growth_course(past)),
            ("Probability of a leak", probability_course(past)),
        )
    return page.show(
        "workload.html",
        503 if problem else 200,
        detail=detail,
        one=one,
        finding=one.finding,
        rollout=rollout_shown(one.finding),
        share=share_of(one.verdict, one.probability).value,
        sentence_of=verdict_sentence(one),
        incident=incident,
        evidence=evidence,
        past=past,
        plots=plots,
        lives=lives,
        known=known_revisions(one.finding, [] if lives is None else [each.revision for each in lives.revisions]),
        age_plot=age_plot(lives.revisions) if lives else "",
        seen=None if seen is None else finding_document(seen.finding),
        seen_figures=() if seen is None else seen.figures,
        seen_pods=0 if seen is None else seen.pods_in_window,
        problem=problem,
        cursor=cursor,
        shares=SHARES,
        share_of=share_of,
        endings=_ENDINGS,
        kinds=_KINDS,
    )


def _of_evidence(content: Mapping[str, Any]) -> Lives:
    return _lives(_floats(content["times"]), [_pod(pod) for pod in content["pods"]])


def _pod(pod: Mapping[str, Any]) -> PodCourse:
    return PodCourse(pod["pod"], pod["revision"], _floats(pod["peak"]), pod["restarts"], pod["oom_kills"])


def _floats(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


def _of_look(seen: Explanation) -> Lives:
    return _lives(
        seen.grid.times,
        [PodCourse(one.pod, one.revision, one.memory, one.restarts, one.oom_kills) for one in seen.pods],
    )


def _lives(times: NDArray[np.float64], pods: list[PodCourse]) -> Lives:
    found = lifetimes(times, pods)
    ages = ages_of(found)
    return Lives(found[:_MOST_LIVES], len(found[_MOST_LIVES:]), ages, by_age(found, ages), len(pods))
