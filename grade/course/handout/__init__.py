"""grade/course/handout/__init__.py: `make handout`: a repository for students.

The starter instead of the finished kernel, and nothing that tells the way from
one to the other (docs/handout.md).
"""
