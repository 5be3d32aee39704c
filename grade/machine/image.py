"""grade/machine/image.py: make disk images, and keep the user's own."""

import fcntl
import hashlib
import os
import subprocess

from grade.machine.host.build import UserError


def make_image(config, path, extra=None):
    """Make an image with the usual contents and the items `extra`, by their
    names in the guest."""
    items = {**config.items(), **(extra or {})}
    done = subprocess.run(
        [config.path("mkfs"), path, *items.values()],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
    if done.returncode != 0:
        raise UserError("mkfs: " + (done.stderr.strip() or "failed"))
    return path


def make_script_image(config, folder, commands, extra=None):
    """The same as folder/disk.img, with the commands as /run.sh."""
    script = folder / "run.sh"
    script.write_text(f"{commands}\n", "utf-8")
    return make_image(config, folder / "disk.img",
                      {**(extra or {}), "/run.sh": f"/run.sh={script}"})


def write_script(path, commands):
    """Write the user's commands for the guest, byte for byte as they were
    typed, whatever the locale."""
    path.write_bytes(os.fsencode(f"{commands}\n"))


def image_key(config, extra):
    """A text that changes whenever an image of these items would change."""
    digest = hashlib.sha256()
    digest.update(config.path("mkfs").read_bytes())
    for guest, item in sorted({**config.items(), **extra}.items()):
        host = item.partition("=")[2]
        digest.update(guest.encode() + b"\0")
        # PROGS are recompiled each time, elsewhere.
        digest.update(open(host, "rb").read() if host else item.encode())
    return digest.hexdigest()


class KeptDisk:
    """The disk of `make qemu`, with the user's files on it. Only one machine
    may use it at a time: `lock` says whether this one may."""

    def __init__(self, config):
        self.path = config.path("disk")
        self._key = self.path.with_suffix(".key")
        self._config = config
        self._lock = None

    def lock(self):
        fd = os.open(self.path.with_suffix(".lock"),
                     os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(fd)
            return False
        self._lock = fd
        return True

    def prepare(self, extra):
        """Make the disk, or rebuild it when its programs have changed. Returns
        a message for the user, or None."""
        key = image_key(self._config, extra)
        exists = self.path.exists()
        if exists and self._key.exists() \
                and self._key.read_text("utf-8") == key:
            return None
        fresh = self.path.with_suffix(".new")
        make_image(self._config, fresh, extra)
        old = self.path.with_suffix(".old.img")
        if exists:
            os.replace(self.path, old)
        os.replace(fresh, self.path)
        self._key.write_text(key, "utf-8")
        if not exists:
            return None
        return ("the programs have changed, so the disk is new; the old one, "
                f"with your files, is {os.path.relpath(old)}")
