"""grade/course/__init__.py: what students get, and what they hand in."""
