"""grade/machine/__init__.py: run machines, and inspect them from outside."""
