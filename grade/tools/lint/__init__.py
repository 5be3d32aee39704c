"""grade/tools/lint/__init__.py: what `make lint` checks; a module a check.

Each check is a function that yields its findings, a line each:
"file:line: what is wrong".
"""
