"""grade/trials/generated/__init__.py: kernels with a mistake that nobody has
thought of, made by machine from the kernel's own C."""
