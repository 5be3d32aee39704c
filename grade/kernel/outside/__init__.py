"""grade/kernel/outside/__init__.py: a machine as it is, whatever its kernel
says.

Guest RAM is a file of the host (ram.py). QEMU stops the machine and tells each
hart's root table (qmp.py); the tables are walked in the file (sv39.py). A
program in the guest does one step at a time as it is told (probe.py and
grade/kernel/programs/probe.c). Nothing is asked of the kernel but its system
calls, and nothing of its sources or symbols is used. It must use Sv39.
"""
