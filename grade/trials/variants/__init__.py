"""grade/trials/variants/__init__.py: right kernels that are not ours."""
