"""Scenes of a panel, for the tests of what is worked out from one."""

from detectors.options import Options
from detectors.panel import Ints, Panel
from detectors.scene import Scene, scenes_of


def scene_of(panel: Panel, options: Options | None = None) -> Scene:
    """The one scene of a small panel."""
    (scene,) = scenes_of(panel, options or Options())
    return scene


def members_of(panel: Panel, subject: int = 0) -> tuple[Scene, Ints]:
    """The scene of a small panel, and the lifetimes of one of its subjects."""
    scene = scene_of(panel)
    return scene, scene.members()[subject]
