"""One run over all submissions of a section."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from nbgrader.api import MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from traitlets.config import Config

from course.grading.ledger import Ledger, Result
from course.grading.pool import Pool, Task
from course.grading.progress_bar import ProgressBar
from course.grading.referee import Pack, Verdict
from course.grading.submission import Submission, find_submissions
from course.grading.warm import Warm

if TYPE_CHECKING:
    from course.grading.cluster import Cluster

WORTH_A_REHEARSAL = 6
"""Fewer notebooks of a lesson than this gain nothing from running the lesson's own first."""


class GradingError(Exception):
    """The run cannot go on; the message says why and what to do."""


def grade_section(
    root: Path,
    section: str,
    *,
    jobs: int | None = None,
    force: bool = False,
    database: str = "",
    warm: Warm | None = None,
    scheduler: str = "",
) -> list[Result]:
    """Grade every submission of ``section`` in the course folder ``root``; return one result for each.

    ``warm`` says where the notebooks are forked from: with which limits, and whether in a sandbox (the default). With
    ``scheduler`` the workers of that Dask cluster make warm processes of the same kind, and ``jobs`` is theirs to say.

    >>> results = grade_section(Path("course-folder"), "06-messaging")
    >>> results[0].outcome, results[0].score
    ('ran', 21.0)
    """
    from course.lessons.release import load_config

    warnings.filterwarnings("ignore", category=SAWarning)  # nbgrader's models, which work all the same
    config = load_config(root)
    config.CourseDirectory.assignment_id = section
    if database:
        config.CourseDirectory.db_url = database
    coursedir = CourseDirectory(config=config)
    submissions = find_submissions(Path(coursedir.format_path(coursedir.submitted_directory, "", "")), section)
    if not submissions:
        raise GradingError(
            f"There are no submissions of '{section}' in {root / coursedir.submitted_directory}: expected "
            f"STUDENT/{section}/LESSON.ipynb there. Check the section's name, or collect first (nbgrader collect)."
        )
    try:
        ledger = Ledger(coursedir, section, config)
    except MissingEntry:
        raise GradingError(
            f"The gradebook {_shown(coursedir.db_url)} does not know '{section}'. Release it first: course build, then "
            f"nbgrader generate_assignment {section}{f' --db {_shown(database)}' if database else ''}."
        ) from None
    except SQLAlchemyError as error:
        raise GradingError(f"The gradebook {_shown(coursedir.db_url)} cannot be opened: {_first_line(error)}") from None
    except ModuleNotFoundError as error:
        raise GradingError(
            f"The gradebook {_shown(coursedir.db_url)} needs a driver that is not installed ({error.name}). For "
            "PostgreSQL: pip install 'course[postgres]'."
        ) from None
    try:
        warm = warm or Warm(jobs=1)
        if scheduler:
            return _grade(ledger, submissions, force, lambda todo: _cluster(scheduler, warm, config, ledger.packs))
        jobs = jobs or len(os.sched_getaffinity(0))
        return _grade(ledger, submissions, force, lambda todo: _pool(jobs, warm, config, ledger, todo))
    except SQLAlchemyError as error:
        raise GradingError(
            f"The gradebook {_shown(coursedir.db_url)} failed: {_first_line(error)}. What was graded so far is kept; "
            "mend the cause and start the same command again."
        ) from None
    except OSError as error:
        raise GradingError(
            f"Results cannot be written: {error}. What was graded so far is kept; mend the cause and start again."
        ) from None
    finally:
        ledger.close()


Workers = Callable[[list[Submission]], AbstractContextManager["Pool | Cluster"]]
"""Makes ready whoever grades these submissions."""


@contextmanager
def _pool(jobs: int, warm: Warm, config: Config, ledger: Ledger, todo: list[Submission]) -> Iterator[Pool]:
    with warm:
        _try_sandbox(warm)
        _rehearse(warm, todo, ledger)
        pool = Pool(jobs, warm, config, ledger.packs)
        try:
            yield pool
        finally:
            pool.close()


@contextmanager
def _cluster(scheduler: str, warm: Warm, config: Config, packs: dict[str, Pack]) -> Iterator[Cluster]:
    from course.grading.cluster import Cluster, ClusterError, as_line

    try:
        with closing(Cluster(scheduler, warm, config, packs)) as cluster:
            yield cluster
            print(as_line(cluster.shares), file=sys.stderr)
    except ClusterError as error:
        raise GradingError(f"{error}. What was graded so far is kept.".replace("..", ".")) from None


def _grade(ledger: Ledger, submissions: list[Submission], force: bool, workers: Workers) -> list[Result]:
    packs = json.dumps([asdict(pack) for pack in ledger.packs.values()], sort_keys=True)
    assignment = hashlib.sha256(packs.encode()).hexdigest()
    prints = {one.student: "" if one.problem else one.fingerprint(assignment) for one in submissions}
    results: dict[str, Result] = {}
    bar = ProgressBar(len(submissions))
    todo = []
    for submission in submissions:
        known = None if force or submission.problem else ledger.note_of(submission, prints[submission.student])
        if known is not None:
            results[submission.student] = known
            bar.add("unchanged")
        elif not submission.problem and set(submission.notebooks) & set(ledger.packs):
            todo.append(submission)
        else:
            results[submission.student] = ledger.record(submission, {}, prints[submission.student])
            bar.add(results[submission.student].outcome)
    if todo:
        with workers(todo) as graders:
            for submission, verdicts in _graded(graders, todo, ledger):
                result = ledger.record(submission, verdicts, prints[submission.student])
                results[submission.student] = result
                bar.add(result.outcome)
    bar.finish()
    return [results[submission.student] for submission in submissions]


def _graded(
    graders: Pool | Cluster, todo: list[Submission], ledger: Ledger
) -> Iterator[tuple[Submission, dict[str, Verdict]]]:
    """Yield each submission with the verdicts on all its notebooks."""
    tasks = []
    missing = {}
    for number, submission in enumerate(todo):
        wanted = sorted(set(submission.notebooks) & set(ledger.packs))
        missing[number] = len(wanted)
        for name in wanted:
            path = str(submission.notebooks[name])
            tasks.append(Task(number, submission.student, name, path, str(submission.folder)))
    verdicts: dict[int, dict[str, Verdict]] = {number: {} for number in missing}
    for task, verdict in graders.map(tasks):
        verdicts[task.number][task.notebook] = verdict
        missing[task.number] -= 1
        if missing[task.number] == 0:
            yield todo[task.number], verdicts.pop(task.number)


def _try_sandbox(warm: Warm) -> None:
    """Find out before the first submission whether this machine can do it at all."""
    warm.spawn().end()


def _rehearse(warm: Warm, todo: list[Submission], ledger: Ledger) -> None:
    """Let the lessons' own notebooks work out in advance what a class of this size will ask again and again."""
    for name in ledger.packs:
        path = ledger.source_notebook(name)
        if path.is_file() and sum(name in submission.notebooks for submission in todo) >= WORTH_A_REHEARSAL:
            warm.rehearse(path)


def _shown(url: str) -> str:
    """Return a gradebook's address without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except SQLAlchemyError:
        return url


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
