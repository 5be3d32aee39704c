"""grade/kernel/__init__.py: what a student is graded by."""
