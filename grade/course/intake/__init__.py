"""grade/course/intake/__init__.py: what was handed in, whatever form it came
in."""
