"""The map in the welcome lesson knows every section, and colours it by a domain that its lessons serve."""

import ast
import re

from course.lessons.source import find_lessons, read_lesson
from tests.lessons.sample import ROOT


def _about() -> dict[str, tuple[str, int]]:
    """The table of the map, as it stands in the welcome lesson."""
    text = (ROOT / "source/00-start/01-welcome.py").read_text(encoding="utf-8")
    found = re.search(r"^about = (\{.*?^\})", text, re.DOTALL | re.MULTILINE)
    assert found, "the welcome lesson has no table `about`"
    return dict(ast.literal_eval(found[1]))


def test_the_map_knows_every_section():
    sections = {path.parent.name for path in find_lessons(ROOT)}
    assert sections <= set(_about())


def test_a_section_has_the_colour_of_a_domain_that_its_lessons_serve():
    served: dict[str, set[int]] = {}
    for path in find_lessons(ROOT):
        served.setdefault(path.parent.name, set()).update(int(task[0]) for task in read_lesson(path).header.exam)
    for section, domains in served.items():
        _, domain = _about()[section]
        assert not domain or domain in domains, f"{section}: its lessons serve the domains {sorted(domains)}"
