"""What was judged to be no leak, in all three packs on leaks, by the real promtool."""

from dataclasses import replace

import pytest
import yaml

from alert_rules import conventions as names
from alert_rules.pack import Accepted, Fired, Options, Pack, Situation
from alert_rules.packs.leaks_with_service import LEAKS_WITH_SERVICE
from alert_rules.packs.leaks_without_service import LEAKS_WITHOUT_SERVICE
from alert_rules.packs.leaks_without_service_situations import SITUATIONS
from alert_rules.packs.tuned import TUNED
from alert_rules.rule import Recording, rule_file
from detectors.acceptance import highest_accepted
from tests.support import promtool

MIB = 2**20
# Of the situation in which a container grows by 6 MiB an hour and stands at 274 MiB.
GROWS = next(one for one in SITUATIONS if one.alert == names.MEMORY_LEAK)
MINE = Accepted("", "shop", "cart", "app", 6 * MIB / 3600, 274.0 * MIB)
FIRES, QUIET = GROWS.fires, ()


def _pack(kind, *accepted):
    """A pack that is built with what was accepted, and the pack that tells it of that."""
    options = Options(accepted=accepted)
    return Pack((*TUNED.build(options).groups, *kind.build(options).groups), ())


def test_promtool_finds_nothing_wrong(tmp_path):
    several = (MINE, replace(MINE, container="proxy", level_bytes=None), replace(MINE, cluster="b"))
    for number, kind in enumerate((LEAKS_WITH_SERVICE, LEAKS_WITHOUT_SERVICE)):
        folder = tmp_path / str(number)
        folder.mkdir()
        promtool.check(_pack(kind, *several), folder)


@pytest.mark.parametrize(
    ("accepted", "fires"),
    [
        (MINE, QUIET),
        (replace(MINE, growth_bytes_per_second=4.5 * MIB / 3600), QUIET),
        (replace(MINE, growth_bytes_per_second=3.5 * MIB / 3600), FIRES),
        (replace(MINE, level_bytes=200.0 * MIB), QUIET),
        (replace(MINE, level_bytes=150.0 * MIB), FIRES),
        (replace(MINE, level_bytes=None), QUIET),
        (replace(MINE, cluster="main"), QUIET),
        (replace(MINE, container="proxy"), FIRES),
        (replace(MINE, namespace="payments"), FIRES),
    ],
    ids=[
        *("as it was accepted", "a third faster", "more than half as fast again"),
        *("less than half as much again", "more than half as much again", "no level was kept"),
        *("of the only cluster", "of another container", "of another namespace"),
    ],
)
def test_without_the_service_it_is_quiet_until_it_clearly_exceeds(tmp_path, accepted, fires):
    situation = replace(GROWS, fires=fires)
    promtool.run(replace(_pack(LEAKS_WITHOUT_SERVICE, accepted), situations=(situation,)), tmp_path)


def test_of_several_clusters_each_has_its_own(tmp_path):
    pack = _pack(LEAKS_WITHOUT_SERVICE, replace(MINE, cluster="a"), replace(MINE, cluster="b", workload="stock"))
    of_a = {name.replace("{", '{cluster="a",'): values for name, values in GROWS.series.items()}
    of_b = {name.replace("{", '{cluster="b",'): values for name, values in GROWS.series.items()}
    fires = tuple(replace(one, labels={**one.labels, "cluster": "b"}) for one in FIRES)
    situations = (replace(GROWS, series=of_a, fires=QUIET), replace(GROWS, series=of_b, fires=fires), GROWS)
    promtool.run(replace(pack, situations=situations), tmp_path)


WHO = {"job": "leakwatch", "namespace": "shop", "workload": "cart", "container": "app", "incident_id": "7"}
TOLD = (Fired(WHO, "shop/cart (app) leaks with probability 97%."),)


@pytest.mark.parametrize(
    ("growth_mib_an_hour", "floor_mib", "fires"),
    [(6, 274, QUIET), (8, 274, QUIET), (10, 274, TOLD), (6, 500, TOLD), (6, None, TOLD)],
    ids=["as it was", "a third faster", "faster", "higher", "the floor is not known: the service heeds it itself"],
)
def test_with_the_service_it_is_quiet_until_it_clearly_exceeds(tmp_path, growth_mib_an_hour, floor_mib, fires):
    labels = ",".join(f'{name}="{value}"' for name, value in WHO.items())
    series = {
        f"{names.INCIDENT_PROBABILITY.name}{{{labels}}}": "0.97x12",
        f"{names.INCIDENT_GROWTH.name}{{{labels}}}": f"{growth_mib_an_hour * MIB / 3600}x12",
        names.INCIDENTS_UNTOLD.name + '{job="leakwatch"}': "0x12",
    }
    if floor_mib is not None:
        series[f'{names.WORKLOAD_FLOOR}{{namespace="shop",workload="cart",container="app"}}'] = f"{floor_mib * MIB}x12"
    situation = Situation("", names.LEAK_CONFIRMED, series, "60m", fires, "5m")
    promtool.run(replace(_pack(LEAKS_WITH_SERVICE, MINE), situations=(situation,)), tmp_path)


@pytest.mark.parametrize(
    ("level_mib", "limit_mib"), [(200, 400), (200, 210), (200, 200), (200, 150), (200, None)], ids=str
)
def test_how_high_it_may_be_is_what_the_detector_says(tmp_path, level_mib, limit_mib):
    (highest,) = (
        rule
        for group in TUNED.build(Options()).groups
        for rule in group.rules
        if isinstance(rule, Recording) and rule.name == names.HIGHEST_ACCEPTED
    )
    who = 'namespace="shop",workload="cart",container="app"'
    series = {f"{names.ACCEPTED_LEVEL}{{{who}}}": level_mib * MIB}
    if limit_mib is not None:
        series[f'{names.MEMORY_LIMIT}{{namespace="shop",pod="cart-0",container="app"}}'] = limit_mib * MIB
    series[f'{names.POD_OWNER}{{namespace="shop",pod="cart-0",workload="cart"}}'] = 1
    wanted = highest_accepted(level_mib * MIB, float("nan") if limit_mib is None else limit_mib * MIB)
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": f"{value}x5"} for name, value in series.items()],
        "promql_expr_test": [
            {"expr": highest.expr, "eval_time": "2m", "exp_samples": [{"labels": f"{{{who}}}", "value": wanted}]}
        ],
    }
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rule_file([], "")))
    (tmp_path / "tests.yml").write_text(yaml.safe_dump({"rule_files": ["rules.yml"], "tests": [test]}))
    promtool.promtool(tmp_path, "test", "rules", "tests.yml")
