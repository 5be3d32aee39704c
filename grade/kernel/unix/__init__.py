"""grade/kernel/unix/__init__.py: tests of the shell, the console and the
programs."""
