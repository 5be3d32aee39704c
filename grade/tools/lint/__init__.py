"""grade/tools/lint/__init__.py: the checks of `make lint`, one in each module.

A check is a function that yields its findings as lines of the form "file:line:
what is wrong".
"""
