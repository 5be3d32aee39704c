"""grade/damage/__init__.py: disks on which bytes have changed.

Images that a guest has made are damaged at random (images.py). The kernel's
file system, built for the host with sanitizers (host.py), and the kernel
itself (guest.py) mount each and make every call on every file. They may fail,
or refuse the disk; they may not panic, hang or write outside of it.
"""
