"""grade/tools/__init__.py: tools for those who work on the kernel."""
