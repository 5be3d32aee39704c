"""grade/tools/__init__.py: what people use at work on the kernel."""
