"""grade/tools/debian/chroot.py: run commands in a Debian below a folder.

Each command has its own namespaces, so that its mounts and its processes end
with it, however it ends. pivot_root makes the folder the root, because the
sandbox cannot make namespaces in a chroot. A lock is held until the last of
these processes has exited.
"""

import fcntl
import os
import subprocess

from grade.machine.host.build import UserError

ENTER = """
set -e
exec 9>"$0.lock"
flock 9
mount --bind "$0" "$0"
cd "$0"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mkdir -p .outside
pivot_root . .outside
cd /
umount -l /.outside
cd /calf
exec sh -c "$1"
"""
# Variables of the environment that a network may need.
KEPT = ("http_proxy", "https_proxy", "no_proxy", "TERM")


class Debian:
    def __init__(self, root, locale=""):
        self.root = root
        self._locale = locale
        self.environment = {
            name: os.environ[name] for name in KEPT if name in os.environ}
        self.environment.update(
            HOME="/root",
            PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
            "/bin")

    def command(self, script):
        return ["unshare", "--mount", "--propagation", "private", "--pid",
                "--fork", "--kill-child", "sh", "-c", ENTER, str(self.root),
                script]

    def wait(self):
        """Wait until no process is left in it."""
        with open(f"{self.root}.lock", "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)

    def run(self, script):
        """Run the script in the project's folder. Returns its status."""
        return subprocess.run(
            self.command(script), env=self.environment,
            stdin=subprocess.DEVNULL).returncode

    def add_locale(self):
        """Make the locale and use it from now on."""
        if not self._locale:
            return
        name, _, charmap = self._locale.partition(".")
        # An index that is out of date does no harm here.
        status = self.run(
            "apt-get update -q; DEBIAN_FRONTEND=noninteractive apt-get "
            "install -qy --no-install-recommends locales && localedef "
            f"-i {name} -f {charmap or 'ISO-8859-1'} {self._locale}")
        if status != 0:
            raise UserError(f"LOCALE={self._locale}: cannot be made in this "
                            "Debian; what was printed above says why")
        self.environment["LANG"] = self._locale
