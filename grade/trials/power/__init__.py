"""grade/trials/power/__init__.py: check that a power cut damages no file.

A guest makes calls on files while QEMU records all that it writes to its disk
(recording.py). From that, crash.py makes each state in which a power cut could
have left the disk: it has all writes before a flush, and any part of the
writes after it. A reader of the disk format that shares no code with the
kernel (volume.py) does what a mount would do and reads the files. They must be
as a model of files (expected.py) has them after some of the calls.
"""
