"""grade/trials/power/__init__.py: power cuts: no file is the worse for them.

A guest makes calls on files while QEMU keeps all that it writes to its disk
(recording.py). Of that, each state is made in which a power cut could have
left the disk (crash.py): what came before a flush is there; of what came after
it, any part. A reader of the disk format that shares no code with the kernel
(volume.py) does what a mount would do and sees what is in the files, and that
must be what a model of files (expected.py) says after some of the calls.
"""
