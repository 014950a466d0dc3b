"""`course build`: source text -> source notebook -> released notebook, the same bytes every time."""

from __future__ import annotations

import argparse
import filecmp
import json
import shutil
import sys
import tempfile
from pathlib import Path

from course.lessons.form import complaints
from course.lessons.notebook import to_notebook, write_notebook
from course.lessons.places import course_root
from course.lessons.source import Lesson, LessonError, find_lessons, read_lesson
from course.lessons.tidy import untidy

HELP = """Make the notebooks from the lessons' text.

The text is first brought into the form in which JupyterLab saves it (only the header can differ). Then, for each
source/NN-section/NN-lesson.py, this writes the notebook beside it (for JupyterLab, nbgrader and the
formgrader) and, by nbgrader's own steps, release/NN-section/NN-lesson.ipynb without solutions and hidden tests.
Same text, same bytes: commit release/ with the text."""

INDEX = Path(__file__).with_name("index.json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", default="", metavar="SECTION", help="a section or lesson (default: all)")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the committed release is stale")


def run(args: argparse.Namespace) -> int:
    root = course_root()
    paths = find_lessons(root, args.what)
    sections = sorted({path.parent.name for path in paths})
    if args.check:
        stale = [file for section in sections for file in stale_files(root, section)]
        stale += [str(path.relative_to(root)) for section in sections for path in untidy(root, section)]
        stale += [] if args.what or _index_is_fresh(root) else [INDEX.name]
        for name in stale:
            print(f"stale: {name}. Run `course build` and commit the result.", file=sys.stderr)
        print(f"{len(sections)} sections compared, {len(stale)} files stale")
        return 1 if stale else 0
    one = paths[0].stem if "/" in args.what and len(paths) == 1 else ""
    for section in sections:
        for path, text in untidy(root, section, one).items():
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(root)} in the form in which JupyterLab saves it")
        for file in build_section(root, section, one):
            print(f"wrote {file.relative_to(root)}")
    if write_index(root):
        print(f"wrote {INDEX.name}")
    print(f"{sections[0]}/{one} is built" if one else f"{len(sections)} sections are built")
    return 0


def build_section(root: Path, section: str, one: str = "") -> list[Path]:
    """Build one section into the tree, or `one` lesson of it; returns the released files that changed."""
    with tempfile.TemporaryDirectory() as scratch:
        made = _make(root, section, Path(scratch), one)
        return _install(made, root / "release" / section, whole=not one)


def stale_files(root: Path, section: str) -> list[str]:
    """Files of the committed release that a build would change, add or remove."""
    with tempfile.TemporaryDirectory() as scratch:
        made = _make(root, section, Path(scratch))
        there = root / "release" / section
        names = {p.relative_to(made) for p in _files(made)} | {p.relative_to(there) for p in _files(there)}
        return [f"release/{section}/{name}" for name in sorted(names) if not _same(made / name, there / name)]


def write_source_notebooks(root: Path, section: str, one: str = "") -> list[Lesson]:
    """Write the notebooks beside the lessons' text (of `one` alone), and take away those whose text is gone."""
    folder = root / "source" / section
    lessons = [read_lesson(path) for path in sorted(folder.glob(f"{one or '[0-9][0-9]-*'}.py"))]
    problems = [line for lesson in lessons for line in complaints(lesson)]
    if problems:
        raise LessonError("\n".join(problems))
    for lesson in lessons:
        write_notebook(to_notebook(lesson), lesson.path.with_suffix(".ipynb"))
    for notebook in folder.glob("*.ipynb"):
        if not notebook.with_suffix(".py").is_file():
            notebook.unlink()
    return lessons


def write_index(root: Path) -> bool:
    """Write the list of lessons that progress, welcome page and course map read. Tells whether it changed."""
    text = _index(root)
    if INDEX.is_file() and INDEX.read_text(encoding="utf-8") == text:
        return False
    INDEX.write_text(text, encoding="utf-8")
    return True


def _index_is_fresh(root: Path) -> bool:
    return INDEX.is_file() and INDEX.read_text(encoding="utf-8") == _index(root)


def _index(root: Path) -> str:
    lessons = {
        lesson.name: {
            "title": lesson.header.title,
            "minutes": lesson.header.minutes,
            "exercises": list(lesson.exercises),
            "questions": list(lesson.questions),
        }
        for lesson in map(read_lesson, find_lessons(root))
    }
    return json.dumps(lessons, indent=1, ensure_ascii=False) + "\n"


def _make(root: Path, section: str, scratch: Path, one: str = "") -> Path:
    from course.lessons.release import release_section

    write_source_notebooks(root, section, one)
    return release_section(root, section, to=scratch, one=one)


def _install(made: Path, target: Path, whole: bool) -> list[Path]:
    """Make `target` hold the files in `made` (exactly these if it is the whole), touching only those that differ."""
    changed = []
    for file in _files(made):
        goal = target / file.relative_to(made)
        if not _same(file, goal):
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, goal)
            changed.append(goal)
    for file in _files(target) if whole else ():
        if not (made / file.relative_to(target)).exists():
            file.unlink()
            changed.append(file)
    return changed


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and ".ipynb_checkpoints" not in p.parts)


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)
