"""grade/machine/host/__init__.py: services of the host: processes, time, a
sandbox and builds."""
