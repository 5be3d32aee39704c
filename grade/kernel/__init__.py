"""grade/kernel/__init__.py: the tests of a kernel, and the programs they run
in it."""
