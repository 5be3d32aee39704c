"""grade/machine/strict/__init__.py: a machine that does what the specification
allows but QEMU never does, repeatably from a seed (docs/strict.md). The C
files are the machine; the Python files run it."""
