"""grade/course/intake/__init__.py: reads submissions, whatever form they
have."""
