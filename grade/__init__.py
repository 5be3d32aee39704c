"""grade/__init__.py: boots Calf in QEMU, for people and for tests."""
