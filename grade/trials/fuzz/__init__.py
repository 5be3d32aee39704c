"""grade/trials/fuzz/__init__.py: system calls with any arguments at all.

Several processes of the guest (user/test/fuzz) make calls that are drawn
from a seed, with numbers at every bound, pointers to everywhere, lengths as
large as memory, exhausted memory, and kills. The kernel must survive this,
free everything in the end, leave a sound disk, and never keep interrupts off a
hart for long.
"""
