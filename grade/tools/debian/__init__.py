"""grade/tools/debian/__init__.py: README.md on a fresh Debian."""
