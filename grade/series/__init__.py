"""grade/series/__init__.py: the patch series between starter and kernel.

docs/series.md tells how it is used.
"""
