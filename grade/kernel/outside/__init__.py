"""grade/kernel/outside/__init__.py: inspect a machine from outside, whatever
its kernel reports.

Guest RAM is a file of the host (ram.py). QEMU stops the machine and reports
the root table of each hart (qmp.py), and the tables are read from the file
(sv39.py). A program in the guest obeys one order at a time (probe.py and
grade/kernel/programs/probe.c). This uses only the kernel's system calls, not
its sources or symbols. The kernel must use Sv39.
"""
