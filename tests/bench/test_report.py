"""Sections of the files that keep what was measured."""

from bench.report import table, times, with_section

TEXT = "# Title\n\nWords.\n\n## One\n\nold\n\n## Two\n\nstays\n"


def test_a_section_takes_the_place_of_the_one_before():
    assert with_section(TEXT, "One", "## One\n\nnew\n") == TEXT.replace("old", "new")


def test_a_new_section_stands_at_the_end():
    assert with_section(TEXT, "Three", "## Three\n\nnew\n") == f"{TEXT}\n## Three\n\nnew\n"


def test_a_heading_that_begins_alike_is_another():
    assert with_section(TEXT, "On", "## On\n\nnew\n").startswith(TEXT)


def test_a_section_that_says_the_same_is_not_doubled():
    assert with_section(TEXT, "Two", "## Two\n\nstays\n") == TEXT


def test_a_table():
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_times_are_told_as_a_ratio_of_ours():
    assert times([("ours", 2.0, "x"), ("theirs", 5.0, "y")]).splitlines()[-1] == "| theirs | 5.00 | 2.50 | y |"


def test_times_of_nothing_say_why():
    assert "prometheus is not installed" in times([])
