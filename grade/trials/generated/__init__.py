"""grade/trials/generated/__init__.py: kernels with a mistake that a program
has made, from the kernel's own C."""
