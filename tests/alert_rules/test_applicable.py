"""Which situations tell something of a pack that is built with settings of somebody's own."""

from dataclasses import replace

import pytest

from alert_rules.applicable import applicable
from alert_rules.pack import Options, Pack, PackKind, Situation, Threshold, Unit
from alert_rules.rule import Alert, Group, Recording

BIG = Threshold("pods", "big", 100.0, Unit.BYTES, "How much is too much.")


def _alert(name, expr):
    return Alert(name, expr, "5m", "info", "It is so.", "{{ $value }}")


def _build(options):
    used = Recording("pod:used:max", f"max by (pod) (container_used{{{options.cadvisor}}}) > {options.value(BIG):g}")
    alerts = (
        used,
        Recording("pod:used:twice", "pod:used:max * 2"),
        _alert("PodBig", "pod:used:twice > 0"),
        _alert("PodThere", f"kube_pod{{{options.kube_state_metrics}}} == 1"),
    )
    series = {'container_used{pod="a",namespace="shop"}': "1x5", "kube_pod": "1x5", "up": "1x5"}
    situations = (Situation("big", "PodBig", series, "5m"), Situation("there", "PodThere", series, "5m"))
    return Pack((Group("pods", alerts),), situations)


KIND = PackKind("pods", "Pods", "pods", _build, (BIG,))


def _names(situations):
    return [one.name for one in situations]


def test_as_it_usually_is_all_hold_and_no_series_changes():
    found = applicable(KIND, Options())
    assert (found.held, found.usual) == (_build(Options()).situations, ())


def test_an_alert_on_a_recording_on_what_is_set_holds_as_it_usually_is_only():
    found = applicable(KIND, Options(thresholds={BIG: 200.0}))
    assert (_names(found.held), _names(found.usual)) == (["there"], ["big"])


def test_a_pack_that_follows_the_settings_with_its_situations_is_believed():
    def follows(options):
        pack = _build(options)
        big = replace(pack.situations[0], series={"container_used": f"{options.value(BIG) + 1:g}x5"})
        return replace(pack, situations=(big,))

    found = applicable(replace(KIND, build=follows), Options(thresholds={BIG: 200.0}))
    assert [one.series for one in found.held] == [{"container_used": "201x5"}]
    assert found.usual == ()


@pytest.mark.parametrize(
    ("cadvisor", "kube_state_metrics", "series"),
    [
        ('job="kubelet"', "", ['container_used{pod="a",namespace="shop",job="kubelet"}', "kube_pod", "up"]),
        ("", 'job=~"ksm|other"', ['container_used{pod="a",namespace="shop"}', 'kube_pod{job="ksm"}', "up"]),
        ('container!=""', 'job=~".+"', ['container_used{pod="a",namespace="shop"}', "kube_pod", "up"]),
        ('namespace="shop"', "", ['container_used{pod="a",namespace="shop"}', "kube_pod", "up"]),
    ],
    ids=["one job", "several jobs", "what rules something out", "what is there already"],
)
def test_series_are_given_the_labels_that_are_selected_by(cadvisor, kube_state_metrics, series):
    found = applicable(KIND, Options(cadvisor=cadvisor, kube_state_metrics=kube_state_metrics))
    assert [list(one.series) for one in found.held] == [series, series]


def test_series_that_a_selector_leaves_out_hold_without_it_only():
    found = applicable(KIND, Options(cadvisor='namespace="payments"'))
    assert (found.held, _names(found.usual)) == ((), ["big", "there"])
