"""The picture at a lesson's end: what is right, not yet, not tried, and how far all lessons are.

Plain HTML: it follows the notebook's theme and text size, is read aloud as text, and takes no time to draw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby

from course.lessons.progress import State
from course.lessons.standing import SIGNS, Standing, right, standings

# Sign, word and kind of border tell the state; colour only repeats it. The colours are safe for colour-blind readers.
_CHIP: dict[State, str] = {
    "right": "border:2px solid #117733",
    "not yet": "border:2px dashed #CC6677",
    "not tried": "border:2px dotted #888888",
}
_BAR = "#117733"
_NEXT: dict[State, str] = {"not yet": "is not right yet; its check tells where to look", "not tried": "waits for you"}


@dataclass(frozen=True)
class Picture:
    """Progress as a notebook shows it (HTML) and as a terminal prints it (text)."""

    lesson: Standing | None
    all_lessons: tuple[Standing, ...]

    def alt_text(self) -> str:
        """The picture in one or two sentences."""
        return " ".join([*([_headline(self.lesson)] if self.lesson else []), _total(self.all_lessons)])

    def __repr__(self) -> str:
        lines = []
        if self.lesson:
            lines += [_headline(self.lesson), *_lines(self.lesson), _next_step(self.lesson, self.all_lessons), ""]
        lines += [_total(self.all_lessons)]
        lines += [f"  {name:<16} {done} of {total}" for name, done, total in _sections(self.all_lessons)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = [f'<div role="group" aria-label="{escape(self.alt_text())}" style="padding:.4em 0">']
        if self.lesson:
            parts.append(f"<p><strong>{escape(_headline(self.lesson))}</strong></p>")
            for what, states in (("Exercises", self.lesson.exercises), ("Questions", self.lesson.questions)):
                if states:
                    parts.append(f"<p>{what}: {''.join(_chips(states))}</p>")
            parts.append(f"<p>{_legend()}</p><p>{escape(_next_step(self.lesson, self.all_lessons))}</p>")
        parts.append(f"<p><strong>{escape(_total(self.all_lessons))}</strong></p>")
        parts.append(_table(self.all_lessons))
        return "".join([*parts, "</div>"])


def lesson_picture(lesson: str) -> Picture:
    """The picture for one lesson; without a known lesson, that of all lessons."""
    known = standings()
    return Picture(next((each for each in known if each.name == lesson), None), tuple(known))


def _headline(lesson: Standing) -> str:
    parts = [
        f"{right(states)} of {len(states)} {what}"
        for what, states in (("exercises", lesson.exercises), ("questions", lesson.questions))
        if states
    ]
    return f"{lesson.title}: {' and '.join(parts) or 'nothing to solve'} right."


def _next_step(lesson: Standing, all_lessons: tuple[Standing, ...]) -> str:
    for state, words in _NEXT.items():
        for name, found in lesson.states.items():
            if found == state:
                return f"Next: {name} {words}."
    later = [each for each in all_lessons if each.name > lesson.name and not each.done]
    if later:
        return f"All solved. Next lesson: {later[0].name}, {later[0].title}."
    return "All solved."


def _total(lessons: tuple[Standing, ...]) -> str:
    done = sum(each.done for each in lessons)
    solved, total = sum(right(each.states) for each in lessons), sum(len(each.states) for each in lessons)
    return f"The whole course: {done} of {len(lessons)} lessons done, {solved} of {total} tasks right."


def _lines(lesson: Standing) -> Iterator[str]:
    for name, state in lesson.states.items():
        yield f"  {SIGNS[state]} {state:<9}  {name}"


def _sections(lessons: tuple[Standing, ...]) -> Iterator[tuple[str, int, int]]:
    for section, group in groupby(lessons, key=lambda each: each.section):
        members = list(group)
        yield section, sum(right(each.states) for each in members), sum(len(each.states) for each in members)


def _chips(states: dict[str, State]) -> Iterator[str]:
    style = "display:inline-block;margin:.15em .3em .15em 0;padding:.05em .6em;border-radius:.8em"
    for name, state in states.items():
        spoken = f"{escape(name)}: {state}"
        yield f'<span style="{style};{_CHIP[state]}" title="{spoken}">{SIGNS[state]} {escape(name)}</span>'


def _legend() -> str:
    return " &nbsp; ".join(f"{sign} {state}" for state, sign in SIGNS.items())


def _table(lessons: tuple[Standing, ...]) -> str:
    frame = "display:inline-block;width:12em;height:.7em;border:1px solid currentColor"
    rows = []
    for section, done, total in _sections(lessons):
        share = 100 * done / total if total else 0
        bar = f'<div style="width:{share:.0f}%;height:100%;background:{_BAR}"></div>'
        rows.append(
            f'<tr><th scope="row" style="text-align:left">{escape(section)}</th>'
            f'<td><div aria-hidden="true" style="{frame}">{bar}</div></td><td>{done} of {total}</td></tr>'
        )
    return f"<table>{''.join(rows)}</table>"
