"""The README keeps its promises: few commands, and each of them is real."""

import re
import shlex

import pytest

from course.cli import COMMANDS, main
from tests.lessons.sample import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [block.strip().splitlines() for block in re.findall(r"```\n(.*?)```", README, re.DOTALL)]


def test_two_commands_set_up_one_starts_two_test():
    assert BLOCKS[0] == ["pip install uv", "uv sync"]
    assert BLOCKS[1] == ["uv run course start"]
    assert BLOCKS[-1] == ["uv run pytest", "uv run pytest -m lessons"]


def test_ci_runs_exactly_the_test_commands():
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert lines[-2:] == BLOCKS[-1]
    assert "bash .ci/run" in (ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("line", ["uv run course start", *re.findall(r"`(?:uv run )?(course \w+[^`]*)`", README)])
def test_every_course_command_exists_with_its_options(line, capsys):
    name, *options = shlex.split(line.removeprefix("uv run "))[1:]
    assert name in COMMANDS
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    told = capsys.readouterr().out
    assert all(option in told for option in options if option.startswith("--"))


@pytest.mark.parametrize("page", ["README.md", "LICENSE-TEXT.md", "docs/authors.md", "docs/decisions.md"])
def test_links_lead_to_files(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)", text):
        assert link.startswith("http") or ((ROOT / page).parent / link).exists(), f"{page}: {link}"


def test_both_licences_are_there():
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT")
    assert "CC BY 4.0" in (ROOT / "LICENSE-TEXT.md").read_text(encoding="utf-8")
