"""grade/kernel/edges/__init__.py: tests with unusual machines, programs and
input."""
