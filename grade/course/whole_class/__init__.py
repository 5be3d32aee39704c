"""grade/course/whole_class/__init__.py: grades all submissions of a class."""
