"""grade/tools/gdb/owners.py: how the kernel counts the owners of a frame."""

# The count of the frame with physical page number $frame, as an expression in
# C that names its place in memory. If gdb cannot evaluate it, the kernel does
# not count owners.
COUNT = "((unsigned int *)&frame_counts)[$frame]"

# These bits count pages. The one above them says that the block cache is one
# more owner.
PAGES = 0x7fffffff
