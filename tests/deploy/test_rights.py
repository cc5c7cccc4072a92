"""What the service account may do at the cluster's API: what app/kubernetes/rights.py has, and no more."""

import itertools

import pytest

from app.kubernetes.rights import ACTING, READING
from tests.support.chart import SITUATIONS, kinds, merged, template
from tests.support.rights import OPTIONAL, table

_CHOICES = [dict(zip(OPTIONAL.values(), chosen, strict=True)) for chosen in itertools.product([False, True], repeat=3)]


def given(role):
    found = [
        (group, resource, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    ]
    assert len(found) == len(set(found))
    return set(found)


def roles(objects, suffix):
    return [one for one in objects if one["kind"].endswith("Role") and one["metadata"]["name"].endswith(suffix)]


def test_the_chart_has_a_choice_for_each_optional_right():
    assert {right.resource.plural for right in (*READING, *ACTING) if right.optional} == OPTIONAL.keys()


@pytest.mark.parametrize("chosen", _CHOICES, ids=lambda one: "+".join(name for name, on in one.items() if on) or "none")
def test_roles_give_what_the_table_says(tmp_path, chosen):
    objects = template(tmp_path, merged(SITUATIONS["acting"], {"rbac": {"read": chosen}}))
    [reading] = roles(objects, "leakwatch")
    assert (reading["kind"], given(reading)) == ("ClusterRole", table(READING, chosen))
    acting = roles(objects, "-act")
    assert {one["metadata"]["namespace"] for one in acting} == {"shop", "payments"}
    for one in acting:
        assert (one["kind"], given(one)) == ("Role", table(ACTING, chosen))


def test_rights_to_some_namespaces_are_roles_there(rendered):
    objects = rendered("rights to some namespaces")
    assert "ClusterRole" not in kinds(objects)
    reading = roles(objects, "-read")
    assert {one["metadata"]["namespace"] for one in reading} == {"shop", "payments"}
    for one in reading:
        assert given(one) == table(READING, dict.fromkeys(OPTIONAL.values(), False), of_the_cluster=False)


def test_kinds_of_ones_own_may_be_read_and_no_more(tmp_path):
    rule = {"apiGroups": ["kafka.strimzi.io"], "resources": ["kafkas"], "verbs": ["list", "watch"]}
    [reading] = roles(template(tmp_path, {"rbac": {"read": {"extraRules": [rule]}}}), "leakwatch")
    assert rule in reading["rules"]


def test_without_rights_there_are_none_and_no_token(rendered):
    objects = rendered("no rights")
    assert not {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"} & kinds(objects)
    [server] = [one for one in objects if one["kind"] == "Deployment"]
    assert server["spec"]["template"]["spec"]["automountServiceAccountToken"] is False


@pytest.mark.parametrize("situation", SITUATIONS)
def test_only_the_services_own_account_is_bound(rendered, situation):
    objects = rendered(situation)
    accounts = {one["metadata"]["name"] for one in objects if one["kind"] == "ServiceAccount"}
    bound = {
        (subject["kind"], subject["namespace"], subject["name"])
        for one in objects
        if one["kind"].endswith("RoleBinding")
        for subject in one["subjects"]
    }
    assert bound <= {("ServiceAccount", "leakwatch", name) for name in accounts}
