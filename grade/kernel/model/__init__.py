"""grade/kernel/model/__init__.py: compare random programs with a model of
memory.

draw.py draws programs: trees of processes that write, fork, exec, exit and let
the kernel copy for them. reference.py knows what each process must see,
because it copies everything and shares nothing. play.py lets a machine carry
out the steps (post.py; the processes run subject/) and compares results,
bytes, deaths, frames and, from outside, page tables. A program that fails is
made as short as possible (shrink.py) and printed as C (asc.py).
"""
