"""grade/tools/gdb/__init__.py: `make gdb`: the kernel under a debugger.

On the host's side:

    __main__.py  starts QEMU, and gdb to control it
    target.py    QEMU, stopped; the socket for gdb and the console

Inside gdb, in gdb's Python:

    commands.py  ps, pte, uvm, locks, add-user, type
    memory.py    guest RAM by physical address, whatever the hart may access
    procs.py     the kernel's processes and their mappings
    locks.py     the locks that are held, and by whom
    owners.py    how the kernel counts the owners of a frame
"""
