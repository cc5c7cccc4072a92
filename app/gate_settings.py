"""What can be set of the gate for rollouts."""

from pydantic import BaseModel, Field

from app.durations import DurationSeconds


class GateSettings(BaseModel):
    """A part of Settings."""

    gate_horizon: DurationSeconds = Field(
        86_400.0,
        ge=3600.0,
        le=2_592_000.0,
        description="A canary passes when it is sure not to fill its memory for so long: see docs/gate.md",
    )
    gate_time_limit: DurationSeconds = Field(
        8.0,
        gt=0,
        le=3600.0,
        description="Longest time to answer one; Argo Rollouts and Flagger wait for ten seconds unless told otherwise",
    )
