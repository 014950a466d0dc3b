"""The class: where nbgrader finds and puts things. Stock nbgrader commands, formgrader and `course` all read this."""

import sys
from pathlib import Path

from course.grading.feedback_pages import feedback_steps
from course.lessons.release import release_steps

c = get_config()  # noqa: F821  (given by nbgrader)

c.CourseDirectory.course_id = "course"
c.CourseDirectory.root = str(Path(__file__).resolve().parent) if "__file__" in globals() else "."
# A section's folder also holds the lessons' source text: it must never travel to learners.
c.CourseDirectory.ignore = [".*", "*.pyc", "__pycache__", "*.py", "*.md", "feedback"]

release_steps(c)
feedback_steps(c)  # pages open offline; c.HideHiddenTests.show = "hidden", "message" (the default) or "full"

if sys.platform == "linux":  # elsewhere nbgrader runs notebooks as it always did: one cold kernel each, no sandbox
    from course.grading.execute import autograde_preprocessors

    c.Autograde.autograde_preprocessors = autograde_preprocessors()
