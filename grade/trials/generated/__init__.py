"""grade/trials/generated/__init__.py: mutants that a program makes from the
kernel's C."""
