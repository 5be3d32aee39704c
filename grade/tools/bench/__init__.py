"""grade/tools/bench/__init__.py: measure and show what the kernel costs."""
