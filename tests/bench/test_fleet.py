"""The fleet that judging is timed on looks as a fleet does."""

import numpy as np

from bench.fleet import fleet
from detectors.judge import judge
from detectors.judgement import Verdict
from detectors.lifetimes import split


def test_replicas_are_pods_of_one_workload():
    assert fleet(7, replicas=3).subject.tolist() == [0, 0, 0, 1, 1, 1, 2]


def test_it_is_the_same_each_time():
    one, again = fleet(9, 3), fleet(9, 3)
    np.testing.assert_array_equal(one.rss, again.rss)


def test_a_small_share_leaks():
    verdicts = [judgement.verdict for judgement in judge(fleet(900, replicas=3))]
    assert 0.02 < verdicts.count(Verdict.LEAK) / len(verdicts) < 0.1


def test_some_pods_are_restarted():
    panel = fleet(300, replicas=3)
    assert 310 <= split(panel, panel.rss).count <= 350
