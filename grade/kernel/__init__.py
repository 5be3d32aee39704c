"""grade/kernel/__init__.py: the tests of a kernel, and the programs that they
run on it."""
