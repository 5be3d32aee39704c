"""grade/course/__init__.py: all hand-ins of a class; Gradescope."""
