"""grade/tools/gdb/owners.py: how the kernel counts the owners of a frame."""

# In C, what holds the count of the frame with physical page number $frame:
# a variable, not a call. Where it cannot be evaluated, nothing is counted.
COUNT = "((unsigned int *)&frame_counts)[$frame]"
