"""grade/score/__init__.py: what tests are worth, and the results of a run."""
