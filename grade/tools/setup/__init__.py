"""grade/tools/setup/__init__.py: find and install what make needs."""
