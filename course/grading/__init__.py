"""Grading: notebooks run warm and in a sandbox, nbgrader judges, one writer keeps the gradebook."""

from course.grading.imports_left_out import put_off_grammars

put_off_grammars()  # before anything here imports nbformat, and jsonschema with it
