"""grade/tools/debian/__init__.py: try the commands of README.md on a fresh
Debian."""
