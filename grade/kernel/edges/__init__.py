"""grade/kernel/edges/__init__.py: tests of the kernel with machines, programs
and people that it cannot choose."""
