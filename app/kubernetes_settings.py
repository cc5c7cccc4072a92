"""What can be set of the way to the cluster's own API. All of it is optional: without it Prometheus is read alone."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from app.durations import DurationSeconds
from app.setting_types import Names


def off_is_a_word(value: object) -> object:
    """YAML reads a bare `off` as false."""
    return "off" if value is False else value


AccessMode = Annotated[Literal["auto", "off", "in_cluster", "kubeconfig"], BeforeValidator(off_is_a_word)]
ClusterAccessMode = Annotated[Literal["off", "in_cluster", "kubeconfig"], BeforeValidator(off_is_a_word)]


class KubernetesSettings(BaseModel):
    """A part of Settings."""

    kubernetes: AccessMode = Field(
        "auto",
        description="Access to the cluster's API: in_cluster (the pod's service account), kubeconfig, off, or auto: a "
        "kubeconfig that is named below, else a service account that is mounted, else off; see docs/kubernetes.md",
    )
    kubernetes_kubeconfig: Path | None = Field(None, description="The kubeconfig file; unset: where kubectl looks")
    kubernetes_context: str | None = Field(
        None, max_length=253, description="Its context; unset: the file's current one"
    )
    kubernetes_timeout: DurationSeconds = Field(
        10.0, gt=0, le=3600.0, description="Longest wait for one answer of the cluster's API"
    )
    kubernetes_namespaces: Names = Field(
        (),
        description="Namespaces to read one by one, separated by commas, for rights to some only (empty: the cluster)",
    )
