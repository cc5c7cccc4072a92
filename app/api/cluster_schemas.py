"""What findings tell of a workload in its cluster: the rollout that is suspected, and facts."""

from typing import Literal

from pydantic import Field

from app.api.model import Model, Time


class KeptRolloutModel(Model):
    """A revision of the workload's pod template, as its controller keeps it."""

    number: int = Field(description="As `kubectl rollout history` counts", examples=[12])
    name: str = Field(description="Name of the ReplicaSet or ControllerRevision", examples=["cart-5d8f9c7b6"])
    template_hash: str | None = Field(
        description="What its pods are labelled with; null where that is not known", examples=["5d8f9c7b6"]
    )
    created_at: Time = Field(description="When it was made; rolled out again, it stays so")
    images: dict[str, str] = Field(
        description="The image of each container", examples=[{"app": "registry.example.org/cart:v2"}]
    )


class RolledOutByModel(Model):
    """What the tool tells that made a rollout."""

    kind: Literal["helm", "argocd"] = Field(description="The tool", examples=["helm"])
    name: str = Field(description="Of the release or the Application", examples=["cart"])
    namespace: str = Field(description="Where that is", examples=["shop"])
    revision: str = Field(description="Helm's number, or the commit that Argo CD took", examples=["7"])
    at: Time = Field(description="When")


class ComparedModel(Model):
    """What the suspected rollout and the one before it did."""

    bytes_per_hour: float = Field(description="Growth of a pod of it, load removed", examples=[6_291_456.0])
    previous_bytes_per_hour: float = Field(description="Growth of a pod of the one before", examples=[1024.0])
    ages_hours: tuple[float, float] | None = Field(
        description="Between which ages, hours; null where they share none, and each was taken as it was seen",
        examples=[[1.2, 23.7]],
    )


class ChangeModel(Model):
    """One difference between the pod templates. What may be a secret is shown as `(hidden)`."""

    container: str = Field(description="Of which container; empty where it is the pod's", examples=["app"])
    what: str = Field(
        description="What: image, limits.memory, env NAME, annotation NAME, command, args", examples=["image"]
    )
    before: str | None = Field(description="What it was; null for nothing", examples=["registry.example.org/cart:v1"])
    after: str | None = Field(description="What it is; null for nothing", examples=["registry.example.org/cart:v2"])


class RolloutModel(KeptRolloutModel):
    """The rollout that is suspected: the last before the leak began, unless the one before it grew alike."""

    began_at: Time | None = Field(description="When it began to be rolled out; null where that is not kept")
    change_cause: str | None = Field(
        description="What `kubernetes.io/change-cause` says; null for nothing", examples=["release 7"]
    )
    commit: str | None = Field(description="Of its source, where an annotation tells; null else", examples=["0a1b2c3d"])
    source: str | None = Field(
        description="What it was made from, where labels tell; null else", examples=["Helm chart cart-1.4.0"]
    )
    rolled_out_by: RolledOutByModel | None = Field(description="What made it, where that tells; null else")
    seconds_before_onset: int | None = Field(
        description="From then until the growth may have begun; null where that is not known", examples=[420]
    )
    confirmed: bool | None = Field(
        description="Whether only it grew, and not the one before; null where that could not be told", examples=[True]
    )
    compared: ComparedModel | None = Field(description="What the two did; null where that could not be told")
    previous: KeptRolloutModel | None = Field(description="The one before; null where none is kept")
    changes: list[ChangeModel] = Field(description="What changed, 50 at most")


class OwnerModel(Model):
    """What owns a workload."""

    kind: str = Field(description="Its kind", examples=["Shop"])
    name: str = Field(description="Its name", examples=["shop"])


class ReplicasModel(Model):
    """How many pods there are to be."""

    wanted: int | None = Field(
        description="As many as there are to be; null where the kind has no such number", examples=[3]
    )
    ready: int | None = Field(description="As many as are ready; null where the kind has no such number", examples=[3])


class NewestRevisionModel(Model):
    """The newest revision."""

    number: int = Field(description="As `kubectl rollout history` counts", examples=[12])
    created_at: Time = Field(description="When it was made")


class AutoscalerModel(Model):
    """A HorizontalPodAutoscaler."""

    name: str = Field(description="Its name", examples=["cart"])
    min: int = Field(description="Fewest replicas", examples=[2])
    max: int = Field(description="Most replicas", examples=[10])
    current: int | None = Field(description="Replicas now; null where it has not said", examples=[3])


class BudgetModel(Model):
    """A PodDisruptionBudget."""

    name: str = Field(description="Its name", examples=["cart"])
    min_available: str = Field(description="As written; empty where it is not set", examples=["50%"])
    max_unavailable: str = Field(description="As written; empty where it is not set", examples=["1"])
    allowed: int | None = Field(description="Pods that may be disturbed now; null where that is not told", examples=[1])


class KillModel(Model):
    """An OOM kill, or the eviction of a pod for want of memory."""

    pod: str = Field(description="Its name", examples=["cart-5d8f9c7b6-x2x7k"])
    container: str | None = Field(description="Which container; null where the pod was evicted", examples=["app"])
    at: Time = Field(description="When")


class ContainerFactsModel(Model):
    """The container as the newest pod has it."""

    image: str = Field(description="Its image", examples=["registry.example.org/cart:v2"])
    memory_limit_bytes: int | None = Field(description="Memory limit, bytes; null for none", examples=[536_870_912])
    memory_request_bytes: int | None = Field(description="Memory request, bytes; null for none", examples=[268_435_456])
    cpu_limit: float | None = Field(description="CPU limit, cores; null for none", examples=[1.0])
    cpu_request: float | None = Field(description="CPU request, cores; null for none", examples=[0.1])


class ClusterFactsModel(Model):
    """What the cluster tells of a workload."""

    owners: list[OwnerModel] = Field(description="What owns it, nearest first, to the top")
    replicas: ReplicasModel = Field(description="How many pods there are to be")
    pods: int = Field(description="Pods there are", examples=[3])
    revision: NewestRevisionModel | None = Field(description="The newest revision; null where the kind tells of none")
    paused: bool = Field(description="Whether rollouts are paused, or held at a step", examples=[False])
    rolling: bool = Field(description="Whether one is under way", examples=[False])
    qos: list[str] = Field(description="QoS classes of its pods", examples=[["Burstable"]])
    priority_classes: list[str] = Field(description="Priority classes of its pods", examples=[["high"]])
    node_pools: list[str] = Field(description="Node pools that its pods run in", examples=[["tools"]])
    instance_types: list[str] = Field(description="Instance types of their nodes", examples=[["n2-standard-8"]])
    autoscaler: AutoscalerModel | None = Field(description="What scales it; null for nothing")
    disruption_budgets: list[BudgetModel] = Field(description="How many of its pods may be disturbed")
    manager: str | None = Field(description="Who keeps it as it is; null where nothing tells", examples=["helm shop"])
    kills: list[KillModel] = Field(description="OOM kills and evictions that are known, newest first, 50 at most")
    container: ContainerFactsModel | None = Field(description="The container; null where no pod has it")
