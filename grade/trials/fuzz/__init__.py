"""grade/trials/fuzz/__init__.py: make system calls with random arguments.

Several processes of the guest (user/test/fuzz) make calls that are drawn from
a seed: with numbers at every limit, pointers to everywhere, lengths as large
as memory, exhausted memory, and kills. The kernel must survive this, free
everything at the end, leave a sound disk, and never delay interrupts for long.
"""
