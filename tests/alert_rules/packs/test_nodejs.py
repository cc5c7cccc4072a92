from dataclasses import replace

import pytest

from alert_rules.pack import Fired, Options, Override, Situation
from alert_rules.packs.nodejs import HEAP_LIMIT, NODEJS
from tests.support import promtool

GIB = 2.0**30
FULL = "shop/web-1 (app) uses 93.13% of its heap, and collecting garbage frees no more."


@pytest.mark.parametrize("selector", ["", 'job="kube-state-metrics"'], ids=["no selector", "a selector"])
def test_promtool_accepts_the_rules(tmp_path, selector):
    promtool.check(NODEJS.build(Options(kube_state_metrics=selector)), tmp_path)


@pytest.mark.parametrize(
    ("options", "full"),
    [
        (Options(), True),
        (Options(thresholds={HEAP_LIMIT: GIB}), False),
        (Options(overrides=(Override("shop", "web", HEAP_LIMIT, GIB),)), False),
        (Options(overrides=(Override("shop", None, HEAP_LIMIT, GIB),)), False),
        (Options(overrides=(Override("blog", None, HEAP_LIMIT, GIB),)), True),
        (Options(overrides=(Override("shop", "cart", HEAP_LIMIT, GIB),)), True),
        (Options(overrides=(Override("shop", None, HEAP_LIMIT, 1), Override("shop", "web", HEAP_LIMIT, GIB))), False),
        (Options(thresholds={HEAP_LIMIT: 1}, overrides=(Override("shop", None, HEAP_LIMIT, GIB),)), False),
    ],
    ids=[
        "V8's own",
        "set for all",
        "set for the workload",
        "set for the namespace",
        "set for another namespace",
        "set for another workload",
        "the workload's before the namespace's",
        "the namespace's before that for all",
    ],
)
def test_the_narrowest_limit_of_the_heap_counts(tmp_path, options, full):
    pod = 'namespace="shop",pod="web-1"'
    series = {
        f'nodejs_heap_size_used_bytes{{{pod},container="app"}}': "500000000x30",
        f'kube_pod_container_resource_limits{{resource="memory",{pod},container="app"}}': "1073741824x30",
        f'namespace_pod:leakwatch_owner:info{{{pod},workload="web",workload_type="Deployment"}}': "1x30",
    }
    labels = {"namespace": "shop", "pod": "web-1", "container": "app", "workload": "web"}
    fired = (Fired(labels, FULL),) if full else ()
    pack = replace(
        NODEJS.build(options), situations=(Situation("as set", "NodejsHeapNearLimit", series, "20m", fired),)
    )
    promtool.check(pack, tmp_path)
    promtool.run(pack, tmp_path)
