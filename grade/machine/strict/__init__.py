"""grade/machine/strict/__init__.py: a machine that does what the specification
allows and QEMU never does, from a seed (docs/strict.md). The C files are the
machine; the Python files run it."""
