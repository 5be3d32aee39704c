"""grade/tools/gdb/__init__.py: `make gdb`: the kernel under a debugger.

On the host's side:

    __main__.py  QEMU and gdb, the one in the hands of the other
    target.py    QEMU, stopped; its debugger's socket and its console

Inside gdb, in gdb's Python:

    commands.py  ps, pte, uvm, locks, add-user, type
    memory.py    guest RAM by physical address, whatever the hart may see
    procs.py     the kernel's processes, and what each maps
    locks.py     who holds which lock
    owners.py    how the kernel counts owners of a frame
"""
