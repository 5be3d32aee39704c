"""grade/trials/__init__.py: mistakes, damage and power cuts made on
purpose."""
