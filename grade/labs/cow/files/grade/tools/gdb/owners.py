"""grade/tools/gdb/owners.py: how the kernel counts the owners of a frame."""

# The count of the frame with physical page number $frame, as an expression in
# C without a call. If gdb cannot evaluate it, the kernel does not count
# owners. Fill it in when your kernel counts owners.
COUNT = ""

# These bits of it count the owners.
PAGES = 0xffffffff
