"""Plots in characters, 40 by 9 of them."""

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from app.domain.explanation import Deploy
from app.output.canvas import ASCII, UNICODE
from app.output.plot import Size, draw
from detectors.panel import Grid
from tests.support.explanations import MIDNIGHT, hourly, pod_of

NAN = float("nan")
SMALL = Size(40, 9)
RISING = range(10, 34)


def _drawn(pod, glyphs=ASCII, deploys=(), size=SMALL, grid=None):
    lines = draw(pod, grid or hourly(pod.memory.size), deploys, size, glyphs)
    return [line.plain for line in lines]


def _golden(text):
    """The lines of a drawing, whose frame begins where its first `|` or `│` stands."""
    return [line[4:] for line in text.strip("\n").split("\n")]


SITUATIONS = {
    "nothing known": (pod_of([NAN] * 12), "    no samples in the window"),
    "one sample": (
        pod_of([NAN] * 5 + [20] + [NAN] * 6),
        """
           |
           |
           |
    20 MiB +              '
           |
           |
           |
           +-+---------------+--------------
       UTC  11-15          06:00
    : memory   no limit
""",
    ),
    "a gap stays a gap": (
        pod_of([20] * 8 + [NAN] * 8 + [20] * 8),
        """
           |
           |
           |
    20 MiB +'''''''''''           ''''''''''
           |
           |
           |
           ++---------------+---------------
       UTC  11-15         12:00
    : memory   no limit
""",
    ),
    "flat, with a limit out of reach": (
        pod_of([100] * 24, limit=400),
        """
            |
            |
            |
    100 MiB +'''''''''''''''''''''''''''''''
            |
            |
            |
            ++---------------+--------------
        UTC  11-15         12:00
    : memory   limit 400 MiB, beyond the top
""",
    ),
    "rising towards its limit": (
        pod_of(RISING, limit=40),
        """
           |-  limit 40.0 MiB - - - - - - -
    32 MiB +                           .....
           |                   ....:''''
           |          ....:''''
           |  ....:''''
           |'''
         0 +
           ++---------------+---------------
       UTC  11-15         12:00
    : memory   - limit 40.0 MiB
""",
    ),
    "above its limit": (
        pod_of([40] * 12, limit=30),
        """
    40 MiB + ''''''''''''''''''''''''''''''
           |
           |
           |
           |
    32 MiB +
           |-  limit 30.0 MiB - - - - - - -
           +-+---------------+--------------
       UTC  11-15          06:00
    : memory   - limit 30.0 MiB
""",
    ),
    "a floor, and a fit since noon": (
        pod_of([20, 24] * 12, floor=[20] * 24, fit=[NAN] * 12 + [20 + i / 4 for i in range(12)]),
        """
    24 MiB + .: :  : .: :  : .: :  : .: :  :
           | :: :  : :: :  : :: :  : :: :  '
           | :: :.:: :: :.:: :: :.:: :: :.:*
           | ::. ::' ::. ::' ::. ::' ::***:
           | ':: :: :':: :: :':: ::*:*:: ::
           |:  : :: :  : :: : ****: :  : ::
    20 MiB +===:='=====:='===*=:='=====:='==
           ++---------------+---------------
       UTC  11-15         12:00
    : memory   = floor   * fit   no limit
""",
    ),
    "page cache that grows above flat memory": (
        pod_of([10] * 24, cache=range(24)),
        """
    32 MiB +                             ~~~
           |                      ~~~~~~~
           |              ~~~~~~~~
           |       ~~~~~~~
           |.~.~.~..........................
           |
         0 +
           ++---------------+---------------
       UTC  11-15         12:00
    : memory
    ~ working set, with page cache
    no limit
""",
    ),
    "OOM kills and a restart": (
        pod_of([10, 20, 30, 38] * 6, limit=40, oom_kills=(3.5, 7.5, 11.5), restarts=(15.5,)),
        """
           |- - . - -.. - -.- - . - -.. - -.
    32 MiB +   ::   .::   ::   ::   .::   :
           |  .' : .: :  :':  .' : .: :  :'
           | .:  : :  : :'  ..:  : :  : :'
           |.:   ::    :'   ::   ::    :'
           |'     '    '    '     '    '
         0 +
           ++----x----x-----x----r----------
       UTC  11-15         12:00
    : memory   - limit 40.0 MiB   r restart
    x 3 OOM kills
""",
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_is_drawn_in_ascii(situation):
    pod, picture = SITUATIONS[situation]
    assert _drawn(pod) == _golden(picture)


def test_braille_dots_show_more_of_the_same():
    assert _drawn(pod_of(RISING, limit=40), UNICODE) == _golden("""
           │╌  limit 40.0 MiB ╌ ╌ ╌ ╌ ╌ ╌ ╌
    32 MiB ┤                           ⣀⣀⡤⠤⠆
           │                  ⢀⣀⣠⠤⠤⠒⠒⠉⠉
           │          ⢀⣀⣠⠤⠴⠒⠚⠉⠉
           │  ⢀⣀⣠⠤⠴⠒⠚⠉⠉
           │⠈⠉⠉
         0 ┤
           └┬───────────────┬───────────────
       UTC  11-15         12:00
    ⣿ memory   ╌ limit 40.0 MiB
""")


def _axis_and_legend(lines):
    return lines[SMALL.height - 2], " ".join(lines[SMALL.height :])


def test_a_deploy_is_marked_and_named():
    axis, legend = _axis_and_legend(_drawn(pod_of(RISING), deploys=[Deploy(MIDNIGHT + 11 * 3600, "v2")]))
    assert axis == "       ++--------------d+---------------"
    assert "d deploy of v2" in legend


def test_what_happened_worst_is_seen_where_marks_fall_together():
    pod = pod_of(RISING, restarts=(6,), oom_kills=(6,))
    axis, legend = _axis_and_legend(_drawn(pod, deploys=[Deploy(MIDNIGHT + 6 * 3600, None)]))
    assert axis == "       ++-------x-------+---------------"
    assert legend.endswith("r restart d deploy   x OOM kill")


@pytest.mark.parametrize(
    ("pod", "legend"),
    [
        (pod_of(RISING), "no limit"),
        (pod_of(RISING, limit=67), "limit 67.0 MiB, beyond the top"),
        (pod_of(RISING, limit=65), "- limit 65.0 MiB"),
    ],
    ids=["none", "memory is under half of it", "memory is over half of it"],
)
def test_a_limit_is_in_the_picture_when_memory_came_half_way(pod, legend):
    assert _drawn(pod)[-1].endswith(legend)


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("glyphs", [ASCII, UNICODE], ids=["ascii", "unicode"])
def test_it_is_as_large_as_asked_for(width, glyphs):
    pod = pod_of(RISING, limit=40, floor=RISING, fit=RISING, cache=range(24), restarts=(0, 23), oom_kills=(1,) * 1000)
    lines = draw(pod, hourly(24), [Deploy(MIDNIGHT, "v2")], Size(width, 12), glyphs)
    assert max(line.cell_len for line in lines) <= width
    assert lines[10].cell_len == width
    assert lines[11].plain.startswith("   UTC")
    assert lines[12].plain.startswith(f"{glyphs.full} memory")


def test_a_long_window_is_drawn_with_the_peaks_between_the_columns():
    memory = np.full(100_000, 10.0)
    memory[50_000] = 30.0
    lines = _drawn(pod_of(memory), grid=Grid(MIDNIGHT, 15.0, 100_000))
    assert any(":" in line and line.count(":") == 1 for line in lines[:6])


def test_without_colour_every_line_has_a_character_of_its_own():
    for glyphs in (ASCII, UNICODE):
        assert len({glyphs.floor, glyphs.fit, glyphs.working_set, glyphs.limit, glyphs.full, "r", "d", "x"}) == 8


def test_colour_is_in_the_text_and_left_to_the_console():
    (line, *_) = draw(pod_of(RISING), hourly(24), (), SMALL, UNICODE)
    plain, coloured = io.StringIO(), io.StringIO()
    Console(file=plain, no_color=True, force_terminal=True, color_system="standard").print(line)
    Console(file=coloured, force_terminal=True, color_system="standard").print(line)
    assert "\x1b" not in plain.getvalue()
    assert "\x1b[36m" in coloured.getvalue()


def test_memory_that_the_working_set_hardly_exceeds_is_drawn_alone():
    pod = pod_of([100] * 24, cache=[20] * 24)
    assert "~" not in "".join(_drawn(pod))
    assert "~" in "".join(_drawn(replace(pod, working_set=pod.working_set * 1.1)))
