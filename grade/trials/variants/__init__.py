"""grade/trials/variants/__init__.py: correct kernels that differ from this
one."""
