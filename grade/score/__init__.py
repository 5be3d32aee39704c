"""grade/score/__init__.py: what tests are worth, and what a run tells."""
