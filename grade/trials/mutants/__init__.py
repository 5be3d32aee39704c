"""grade/trials/mutants/__init__.py: kernels with a mistake, which tests must
see."""
