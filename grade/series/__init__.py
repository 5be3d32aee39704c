"""grade/series/__init__.py: the patch series between starter and kernel.

docs/series.md explains how to use it.
"""
