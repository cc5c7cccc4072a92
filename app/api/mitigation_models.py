"""What is sent and answered when leaks are acted on."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.api.model import Model, Time
from app.api.schemas import ClusterName, ContainerName, Fingerprint, Namespace, NextCursor, WorkloadModel
from app.domain.mitigation.model import ActKind, Mitigation, MitigationState, Stop, Way, Wish
from app.domain.mitigation.quantity import bytes_of
from app.output.mitigation import mitigation_document, stop_document
from app.services.mitigations import Decided

_Comment = Annotated[
    str,
    Field(max_length=2000, description="Why; kept in the timeline as one line", examples=["v42 leaks, v41 did not"]),
]


class ProposalBody(BaseModel):
    """What is to be done, and for which incident."""

    model_config = ConfigDict(extra="forbid")

    incident_id: int = Field(ge=1, le=2**63 - 1, description="Number of the incident", examples=[7])
    act: ActKind = Field(description="What is to be done")
    revision: int | None = Field(
        None,
        ge=1,
        le=2**63 - 1,
        description="Of a rollback: the number of the revision to go back to; null for the one before the suspect",
        examples=[41],
    )
    limit: Annotated[str, Field(max_length=40)] | None = Field(
        None,
        description="Of a raised limit: the new one, as Kubernetes writes it; null for other acts",
        examples=["512Mi"],
    )
    comment: _Comment = ""

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if self.revision is not None and self.act is not ActKind.ROLLBACK:
            raise ValueError("revision: of a rollback alone")
        if (self.limit is not None) is not (self.act is ActKind.RAISE_LIMIT):
            raise ValueError("limit: must be given where a limit is raised, and only there")
        if self.limit is not None and bytes_of(self.limit) < 1:
            raise ValueError("limit: must be more than nothing")
        return self

    def wish(self) -> Wish:
        """What it stands for."""
        return Wish(self.act, self.revision, None if self.limit is None else bytes_of(self.limit))


class ChangeModel(Model):
    """A field of the object that becomes another, as the API server said in a dry run."""

    path: str = Field(description="Where it stands", examples=["spec.template.spec.containers[app].image"])
    before: str | None = Field(description="As it is; null where it is not there", examples=["shop/cart:v42"])
    after: str | None = Field(
        description="As it would be, null where it would go; what may be a secret is hidden", examples=["shop/cart:v41"]
    )


class DisruptionBudgetModel(Model):
    """A PodDisruptionBudget over the workload's pods."""

    name: str = Field(description="Its name", examples=["cart"])
    allowed: int = Field(description="Pods that may be missing now", examples=[1])
    healthy: int = Field(description="Pods that are healthy", examples=[3])
    desired: int = Field(description="Pods that must be", examples=[2])


class AutoscalerModel(Model):
    """A HorizontalPodAutoscaler of the workload."""

    name: str = Field(description="Its name", examples=["cart"])
    least: int = Field(description="Pods at least", examples=[2])
    most: int = Field(description="Pods at most", examples=[10])
    now: int = Field(description="Pods now", examples=[3])


class DisturbanceModel(Model):
    """What the act disturbs, as things stood when it was proposed."""

    replicas: int = Field(description="Pods that it is to have", examples=[3])
    ready: int = Field(description="Those that are ready", examples=[3])
    pending: int = Field(description="Those that wait for a place", examples=[0])
    down_at_once: int = Field(description="Pods that are down at the same time, at most", examples=[1])
    paused: bool = Field(description="Whether its rollout is paused")
    rolling: bool = Field(description="Whether a rollout of it is under way")
    disruption_budgets: list[DisruptionBudgetModel] = Field(description="Budgets that its pods are under")
    autoscalers: list[AutoscalerModel] = Field(description="What scales it")
    notes: list[str] = Field(description="What else a person should know, in sentences")


class OwnerModel(Model):
    """What keeps the workload as it is, so that it is not changed behind its back."""

    kind: str = Field(description="helm, argocd, flux, or operator", examples=["helm"])
    name: str = Field(description="Its release, application, or object", examples=["cart"])
    namespace: str | None = Field(description="Where that is; null where it is not told", examples=["shop"])
    where: str | None = Field(description="Its source, or how it is known; null where nothing is told")


class MitigationModel(Model):
    """One act against a leak, from its proposal to what came of it."""

    id: int = Field(description="Its number", examples=[17])
    state: MitigationState = Field(description="Where it stands")
    act: ActKind = Field(description="What is done")
    way: Way = Field(
        description="How: `patch`, a patch of the object; `argocd`, by Argo CD's API; `by_hand`, by a person with the"
        " commands, for the workload is kept by something else"
    )
    summary: str = Field(
        description="What is done, in words", examples=["Roll Deployment shop/cart back to revision 41"]
    )
    incident_id: int = Field(description="Number of the incident", examples=[7])
    fingerprint: Fingerprint
    cluster: ClusterName
    namespace: Namespace
    workload: WorkloadModel = Field(description="What is acted on")
    container: ContainerName
    revision: int | None = Field(description="The revision that it goes back to; null for other acts", examples=[41])
    revision_name: str | None = Field(
        description="The ReplicaSet or ControllerRevision that keeps it; null for other acts",
        examples=["cart-7c6d5e4f3"],
    )
    limit_bytes: int | None = Field(description="The limit that is set; null for other acts", examples=[536_870_912])
    changes: list[ChangeModel] = Field(description="What becomes of the object; empty where it is done by hand")
    disturbs: DisturbanceModel = Field(description="What it disturbs")
    owner: OwnerModel | None = Field(description="What keeps the workload as it is; null where nothing does")
    commands: list[str] = Field(
        description="What a person runs, in this order", examples=[["helm rollback cart 41 -n shop"]]
    )
    time_bought: str | None = Field(
        description="What it gains where it does not mend the leak; null where it would",
        examples=["buys 26 h at 10 MiB/h"],
    )
    proposed_at: Time = Field(description="When it was proposed")
    proposed_by: str = Field(description="Who proposed it", examples=["ann"])
    reason: str = Field(description="Why")
    automatic: bool = Field(description="Whether it was done without asking a person")
    expires_at: Time = Field(description="Until when it may be approved")
    approved_at: Time | None = Field(description="When it was approved; null where it was not")
    approved_by: str | None = Field(description="Who approved it; null for nobody", examples=["bob"])
    approval: str = Field(description="What they said")
    applied_at: Time | None = Field(description="When it is known to have been done; null where it was not")
    rolled_out_at: Time | None = Field(description="When all pods were new and ready; null before that")
    ended_at: Time | None = Field(description="When it was over; null while it is not")
    outcome: str | None = Field(description="What came of it; null while it is not over")
    note: str | None = Field(description="What is known so far, or why it comes no further; null for nothing")
    version: int = Field(description="Grows with each change; it is the `ETag`", examples=[3])

    @classmethod
    def of(cls, one: Mitigation) -> Self:
        """The model of a mitigation."""
        return cls.model_validate(mitigation_document(one))


class DecidedModel(BaseModel):
    """How it stands after what was decided."""

    changed: bool = Field(description="False where it was so already")
    mitigation: MitigationModel = Field(description="The mitigation as it is now")

    @classmethod
    def of(cls, decided: Decided) -> Self:
        """The model of what was decided."""
        return cls(changed=decided.changed, mitigation=MitigationModel.of(decided.mitigation))


class MitigationPageModel(BaseModel):
    """A page of mitigations, newest first."""

    items: list[MitigationModel] = Field(description="The mitigations")
    next_cursor: NextCursor


class StopModel(Model):
    """The emergency stop. A setting may stop all acts as well: it is not told here."""

    stopped: bool = Field(description="Whether nothing may be done")
    since: Time | None = Field(description="Since when; null while nothing is stopped")
    by: str | None = Field(description="Who stopped them; null while nothing is stopped", examples=["ann"])
    reason: str | None = Field(description="Why; null while nothing is stopped")
    version: int = Field(description="Grows with each change; it is the `ETag`", examples=[2])

    @classmethod
    def of(cls, stop: Stop) -> Self:
        """The model of a stop."""
        return cls.model_validate(stop_document(stop))


class StoppedModel(BaseModel):
    """How the emergency stop stands after the act."""

    changed: bool = Field(description="False where it was so already")
    stop: StopModel = Field(description="The stop as it is now")
