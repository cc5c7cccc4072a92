"""The pack on containers and workloads, by the real promtool."""

import re
from dataclasses import replace

from alert_rules.pack import Options, Override, Pack
from alert_rules.packs.workloads.memory import NEAR_LIMIT
from alert_rules.packs.workloads.pack import WORKLOADS
from alert_rules.packs.workloads.running import THROTTLED
from tests.support import promtool


def test_a_workload_may_have_thresholds_of_its_own(tmp_path):
    own = (Override("shop", "cart", NEAR_LIMIT, 0.97), Override("shop", None, THROTTLED, 0.6))
    pack = WORKLOADS.build(Options(overrides=own))
    alerts = {"ContainerMemoryNearLimit", "ContainerCpuThrottled"}
    # What fires by the usual thresholds, at 95 % and at 50 %, is quiet by these.
    quiet = tuple(replace(one, fires=()) for one in pack.situations if one.alert in alerts)
    promtool.run(Pack(pack.groups, quiet), tmp_path)


def test_selectors_are_put_on_all_their_series():
    pack = WORKLOADS.build(Options(cadvisor='job="cadvisor"', kube_state_metrics='job="ksm"'))
    exprs = [rule.expr for group in pack.groups for rule in group.rules]
    found = [one for expr in exprs for one in re.findall(r"(?<![\w:])(kube_|container_)\w+?(\{[^}]*|(?!\w))", expr)]
    wanted = {"kube_": 'job="ksm"', "container_": 'job="cadvisor"'}
    assert len(found) > 30
    assert [one for one in found if wanted[one[0]] not in one[1]] == []
