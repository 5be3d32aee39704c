"""grade/trials/damage/__init__.py: disks on which bytes have changed.

Images that a guest has made are damaged at random (damaged_images.py). The
kernel's file system, built for the host with sanitizers (host_kernel.py), and
the kernel itself (boot_damaged.py) mount each and make every call on every
file. They may fail, or refuse the disk; they may not panic, hang or write
outside of it.
"""
