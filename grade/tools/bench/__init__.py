"""grade/tools/bench/__init__.py: what the kernel costs, measured and shown."""
