"""grade/__init__.py: boots, tests and grades Calf."""
