"""grade/selftest/__init__.py: tests of the grader and its tools."""
