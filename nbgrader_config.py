"""The class: where nbgrader finds and puts things. Stock nbgrader commands, formgrader and `course` all read this."""

from pathlib import Path

from course.lessons.release import release_steps

c = get_config()  # noqa: F821  (given by nbgrader)

c.CourseDirectory.course_id = "course"
c.CourseDirectory.root = str(Path(__file__).resolve().parent) if "__file__" in globals() else "."
# A section's folder also holds the lessons' source text: it must never travel to learners.
c.CourseDirectory.ignore = [".*", "*.pyc", "__pycache__", "*.py", "*.md", "feedback"]

release_steps(c)
