"""What a real Helm release keeps is not changed: the command that is proposed is the one that puts it right."""

import subprocess

import pytest
import yaml

from app.domain.mitigation.model import MitigationState, Way
from app.errors import Conflict
from tests.support.control_plane import program
from tests.support.leaking_workloads import image_of, incident_of, is_rolled_out, manifest, path_of
from tests.support.mitigating import acting
from tests.support.servers import wait_until


@pytest.fixture
def helm(control_plane, namespace, tmp_path):
    binary = program("helm")
    homes = {"HOME": str(tmp_path)}  # its caches are nobody else's

    def run(*words):
        command = [binary, *words, f"--kubeconfig={control_plane.kubeconfig}"]
        ended = subprocess.run(command, env=homes, capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    return run


@pytest.fixture
def chart(tmp_path):
    folder = tmp_path / "cart"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: cart\nversion: 1.2.0\n")
    (folder / "values.yaml").write_text("image: shop/cart:v1\nnote: none\n")
    deployment = yaml.safe_dump(manifest(image="{{ .Values.image }}"))
    config = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: note\ndata:\n  note: "{{ .Values.note }}"\n'
    (folder / "templates" / "all.yaml").write_text(f"{deployment}---\n{config}")
    return folder


def test_the_rollback_of_a_release_is_proposed_and_nothing_is_done(
    control_plane, namespace, sqlite_engine, helm, chart
):
    path = path_of(namespace)
    given = ("-n", namespace, str(chart))
    helm("upgrade", "--install", "cart", *given)
    helm("upgrade", "cart", *given, "--set", "image=shop/cart:v2")
    helm("upgrade", "cart", *given, "--set", "image=shop/cart:v2,note=new")
    wait_until(lambda: is_rolled_out(control_plane, path), "it is rolled out", 60)
    act = acting(control_plane, sqlite_engine)
    before = control_plane.get(path)["metadata"]["generation"]
    one = act.propose(incident_of(sqlite_engine, namespace))
    assert (one.state, one.plan.way) == (MitigationState.PROPOSED, Way.BY_HAND)
    assert one.plan.commands == (f"helm rollback cart 1 -n {namespace}",)
    assert "revision 1 (cart-1.2.0)" in one.plan.summary
    with pytest.raises(Conflict, match="helm"):
        act.approve(one)
    assert control_plane.get(path)["metadata"]["generation"] == before
    helm(*one.plan.commands[0].split()[1:])
    assert image_of(control_plane, path) == "shop/cart:v1"
    act.clusters.close()


@pytest.mark.parametrize("wish", [{"act": "restart"}, {"act": "raise_limit", "limit_bytes": 2**29}])
def test_no_other_act_changes_it_either(control_plane, namespace, sqlite_engine, helm, chart, wish):
    path = path_of(namespace)
    helm("upgrade", "--install", "cart", "-n", namespace, str(chart))
    wait_until(lambda: is_rolled_out(control_plane, path), "it is rolled out", 60)
    act = acting(control_plane, sqlite_engine)
    one = act.propose(incident_of(sqlite_engine, namespace), **wish)
    assert one.plan.way is Way.BY_HAND
    assert one.plan.commands
    act.clusters.close()
