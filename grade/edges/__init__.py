"""grade/edges/__init__.py: tests of where the kernel meets a machine, a
program or a person that it cannot choose."""
