"""grade/tools/gdb/owners.py: how the kernel counts the owners of a frame."""

# The count of the frame with physical page number $frame, as an expression in
# C without a call. If gdb cannot evaluate it, the kernel does not count
# owners. The top bit says that the block cache is one more owner.
COUNT = "((unsigned int *)&frame_counts)[$frame] & 0x7fffffff"
