"""grade/course/autograders/__init__.py: archives that course systems grade
by."""
