"""What the service account may do at the cluster's API: what app/kubernetes/rights.py says is done there, and no more."""

import itertools

import pytest
import requests

from app.kubernetes.rights import ACTING, READING
from tests.support.chart import SITUATIONS, kinds, merged, template
from tests.support.custom_resources import path_of

_OPTIONAL = {"rollouts": "argoRollouts", "applications": "argoApplications", "secrets": "helmReleases"}
_CHOICES = [dict(zip(_OPTIONAL.values(), chosen, strict=True)) for chosen in itertools.product([False, True], repeat=3)]


def table(rights, chosen, *, of_the_cluster=True):
    """What the table has as (group, resource, verb), with the optional ones that are chosen."""
    return {
        (right.resource.group, right.name, verb)
        for right in rights
        if not right.optional or chosen[_OPTIONAL[right.resource.plural]]
        if of_the_cluster or right.resource.namespaced
        for verb in right.verbs
    }


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
    assert {right.resource.plural for right in (*READING, *ACTING) if right.optional} == _OPTIONAL.keys()


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
        assert given(one) == table(READING, dict.fromkeys(_OPTIONAL.values(), False), of_the_cluster=False)


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


@pytest.fixture(scope="module")
def account(control_plane, tmp_path_factory):
    """The service account in a real cluster, allowed all that there is to choose, to act in one of two namespaces."""
    home, shop, payments = (control_plane.new_namespace() for _ in range(3))
    values = merged(SITUATIONS["all rights"], {"rbac": {"act": {"namespaces": [shop]}}})
    for one in template(tmp_path_factory.mktemp("values"), values, namespace=home):
        if "Role" in one["kind"] or one["kind"] == "ServiceAccount":
            answer = control_plane.apply(path_of(control_plane, one), one)
            assert answer.ok, answer.text
    return _Account(control_plane, control_plane.token_of(home, "leakwatch"), home, shop, payments)


class _Account:
    def __init__(self, control_plane, token, home, shop, payments):
        self._control_plane, self._token = control_plane, token
        self.home, self.shop, self.payments = home, shop, payments

    def ask(self, kind, spec):
        answer = requests.post(
            f"{self._control_plane.url}/apis/authorization.k8s.io/v1/{kind.lower()}s",
            json={"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec},
            headers={"Authorization": f"Bearer {self._token}"},
            verify=str(self._control_plane.ca),
            timeout=30,
        )
        assert answer.ok, answer.text
        return answer.json()["status"]

    def may(self, verb, group, resource, namespace=None):
        plural, _, subresource = resource.partition("/")
        about = {"verb": verb, "group": group, "resource": plural, "subresource": subresource}
        return self.ask(
            "SelfSubjectAccessReview", {"resourceAttributes": about | ({"namespace": namespace} if namespace else {})}
        )["allowed"]

    def rules(self, namespace):
        """All that it may do with resources in a namespace, as (group, resource, verb), but for asking what it may."""
        status = self.ask("SelfSubjectRulesReview", {"namespace": namespace})
        assert not status["incomplete"]
        return {
            (group, resource, verb)
            for rule in status["resourceRules"]
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            for verb in rule["verbs"]
            if not resource.startswith("selfsubject")
        }


_ALL = dict.fromkeys(_OPTIONAL.values(), True)


@pytest.mark.parametrize("right", READING, ids=lambda one: one.name)
def test_the_account_may_read_what_the_service_reads(account, right):
    for verb in right.verbs:
        assert account.may(verb, right.resource.group, right.name), verb


@pytest.mark.parametrize("right", ACTING, ids=lambda one: one.name)
def test_the_account_may_act_where_it_is_to_and_nowhere_else(account, right):
    for verb in right.verbs:
        assert account.may(verb, right.resource.group, right.name, account.shop)
        assert not account.may(verb, right.resource.group, right.name, account.payments)
        assert not account.may(verb, right.resource.group, right.name)


def test_the_account_may_do_nothing_else(account):
    assert account.rules(account.shop) == table(READING, _ALL) | table(ACTING, _ALL)
    assert account.rules(account.payments) == table(READING, _ALL)
    assert account.rules(account.home) == table(READING, _ALL)
