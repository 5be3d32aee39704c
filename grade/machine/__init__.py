"""grade/machine/__init__.py: QEMU and what is seen of it from outside."""
