"""grade/trials/__init__.py: try the tests and the kernel with deliberate
mistakes, damage and power cuts."""
