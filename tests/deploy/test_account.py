"""The service account on a real API server: it may do what app/kubernetes/rights.py has, and no more."""

from dataclasses import dataclass

import pytest
import requests

from app.kubernetes.rights import ACTING, READING
from tests.support.chart import SITUATIONS, merged, template
from tests.support.control_plane import ControlPlane
from tests.support.custom_resources import path_of
from tests.support.rights import OPTIONAL, table

_ALL = dict.fromkeys(OPTIONAL.values(), True)


@dataclass(frozen=True)
class Account:
    """A service account that asks what it may do."""

    control_plane: ControlPlane
    token: str

    def ask(self, kind, spec):
        answer = requests.post(
            f"{self.control_plane.url}/apis/authorization.k8s.io/v1/{kind.lower()}s",
            json={"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec},
            headers={"Authorization": f"Bearer {self.token}"},
            verify=str(self.control_plane.ca),
            timeout=30,
        )
        assert answer.ok, answer.text
        return answer.json()["status"]

    def may(self, verb, right, namespace=""):
        """Without a namespace: in all of them."""
        about = {"verb": verb, "group": right.resource.group, "resource": right.resource.plural}
        about |= {"subresource": right.subresource, "namespace": namespace}
        return self.ask("SelfSubjectAccessReview", {"resourceAttributes": about})["allowed"]

    def rules(self, namespace):
        """All that it may do with resources in a namespace, as (group, resource, verb)."""
        status = self.ask("SelfSubjectRulesReview", {"namespace": namespace})
        assert not status["incomplete"]
        return {
            (group, resource, verb)
            for rule in status["resourceRules"]
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            for verb in rule["verbs"]
        }


@dataclass(frozen=True)
class World:
    """The service account, allowed all that can be chosen, and one that is given nothing; home, shop and payments are
    namespaces: the release's, one to act in, one not to."""

    account: Account
    nobody: Account
    home: str
    shop: str
    payments: str


@pytest.fixture(scope="module")
def world(cluster, tmp_path_factory):
    home, shop, payments = (cluster.new_namespace() for _ in range(3))
    values = merged(SITUATIONS["all rights"], {"rbac": {"act": {"namespaces": [shop]}}})
    for one in template(tmp_path_factory.mktemp("values"), values, namespace=home):
        if "Role" in one["kind"] or one["kind"] == "ServiceAccount":
            answer = cluster.apply(path_of(cluster, one), one)
            assert answer.ok, answer.text
    accounts = [Account(cluster, cluster.token_of(home, name)) for name in ("leakwatch", "default")]
    yield World(*accounts, home, shop, payments)
    for kind in ("clusterrolebindings", "clusterroles"):
        cluster.delete(f"/apis/rbac.authorization.k8s.io/v1/{kind}/{home}-leakwatch")


@pytest.mark.parametrize("right", READING, ids=lambda one: one.name)
def test_it_may_read_what_the_service_reads(world, right):
    for verb in right.verbs:
        assert world.account.may(verb, right), verb
        assert not world.nobody.may(verb, right), verb


@pytest.mark.parametrize("right", ACTING, ids=lambda one: one.name)
def test_it_may_act_where_it_is_to_and_nowhere_else(world, right):
    for verb in right.verbs:
        assert world.account.may(verb, right, world.shop), verb
        assert not world.account.may(verb, right, world.payments), verb
        assert not world.account.may(verb, right), verb


def test_it_may_do_nothing_else(world):
    reading, acting = table(READING, _ALL), table(ACTING, _ALL)
    for namespace, more in ((world.home, reading), (world.payments, reading), (world.shop, reading | acting)):
        assert world.account.rules(namespace) - world.nobody.rules(namespace) == more
