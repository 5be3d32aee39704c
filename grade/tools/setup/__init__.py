"""grade/tools/setup/__init__.py: what make needs of this machine, and gets."""
