"""grade/course/whole_class/__init__.py: all hand-ins of a class."""
