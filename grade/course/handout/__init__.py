"""grade/course/handout/__init__.py: `make handout`: a repository for students.

It has the starter instead of the finished kernel, and nothing that shows the
way from one to the other (docs/handout.md).
"""
