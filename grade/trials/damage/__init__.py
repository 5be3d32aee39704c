"""grade/trials/damage/__init__.py: mount and repair damaged disks.

Images that a guest has made are damaged at random (damaged_images.py). The
kernel's file system, built for the host with sanitizers (host_kernel.py), and
the kernel itself (boot_damaged.py) mount each and make every call on every
file. Calls may fail, and a disk may be refused, but nothing may panic, hang or
write outside of the disk.
"""
