"""grade/machine/host/__init__.py: what the host gives: processes, time, a
sandbox, builds."""
