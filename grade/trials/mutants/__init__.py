"""grade/trials/mutants/__init__.py: kernels with a mistake that tests must
find."""
