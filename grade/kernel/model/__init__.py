"""grade/kernel/model/__init__.py: random programs against what memory must be.

draw.py draws programs: trees of processes that write, fork, exec, end and have
the kernel copy for them. reference.py knows what each process must see, since
it copies everything and shares nothing. play.py has a machine do the steps
(post.py; the processes run subject/) and compares: results, bytes, who died,
frames, and, from outside, page tables. A program that fails is made as short
as possible (shrink.py) and printed as C (asc.py).
"""
