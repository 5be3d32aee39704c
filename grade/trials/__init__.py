"""grade/trials/__init__.py: kernels, disks and power that fail on purpose."""
