"""grade/course/autograders/__init__.py: autograders for course systems."""
