"""What is carried on, and what is left in peace until its time."""

import time

import pytest

from app.domain.mitigation.guards import Mode, Policy
from app.domain.mitigation.model import MitigationState
from app.mitigating.carrying import Carrier, Limits
from app.mitigating.reach import Clusters
from app.storage import mitigations
from app.storage.engine import reading
from tests.support.incident_rows import keep, leak
from tests.support.mitigation_rows import keep_mitigation

S = MitigationState
HOUR = 3600.0
NOW = time.time()


@pytest.mark.parametrize("everything", [False, True], ids=["by its number", "with all others"])
@pytest.mark.parametrize(
    ("state", "more", "after"),
    [
        pytest.param(S.PROPOSED, {}, S.PROPOSED, id="a proposal waits for a person"),
        pytest.param(S.PROPOSED, {"expires_at": NOW - 1}, S.EXPIRED, id="for so long"),
        pytest.param(S.WATCHING, {"rolled_out_at": NOW - HOUR}, S.WATCHING, id="what was rolled out waits for scans"),
        pytest.param(S.WATCHING, {"rolled_out_at": NOW - 9 * HOUR}, S.INCONCLUSIVE, id="for so long, too"),
        pytest.param(S.APPROVED, {"approved_at": NOW - HOUR}, S.EXPIRED, id="approved, and not done in time"),
        pytest.param(S.REJECTED, {}, S.REJECTED, id="what is over stays so"),
    ],
)
def test_each_has_its_time(sqlite_engine, everything, state, more, after):
    number = keep_mitigation(sqlite_engine, keep(sqlite_engine, leak("cart")), state, **more)
    clusters = Clusters(lambda cluster: None)
    carrier = Carrier(sqlite_engine, clusters, Policy(mode=Mode.ACT), Limits(HOUR, 8 * HOUR))
    if everything:
        carrier.carry_all()
    else:
        carrier.carry(number)
    with reading(sqlite_engine) as session:
        assert mitigations.get(session, number).state is after
