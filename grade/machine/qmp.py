"""grade/machine/qmp.py: use QEMU's monitor to stop the machine and read
registers."""

import json
import re
import socket

SATP = re.compile(r"^\s*satp\s+([0-9a-f]{16})", re.MULTILINE)


class MonitorLost(Exception):
    """QEMU has ended, or does not answer."""


class Monitor:
    """The host's end of a connection to QEMU's monitor (QMP). Start QEMU with
    `words`, and with `pass_fds` open; then call begin()."""

    def __init__(self, seconds):
        self._ours, self._theirs = socket.socketpair()
        self._ours.settimeout(seconds)
        self._lines = self._ours.makefile("rb")

    @property
    def pass_fds(self):
        return (self._theirs.fileno(),)

    @property
    def words(self):
        return ["-chardev", f"socket,id=qmp,fd={self._theirs.fileno()}",
                "-mon", "chardev=qmp,mode=control"]

    def begin(self):
        self._theirs.close()
        self._read()                    # its greeting
        self.execute("qmp_capabilities")

    def close(self):
        self._theirs.close()
        self._lines.close()
        self._ours.close()

    def execute(self, command, **arguments):
        message = {"execute": command, "arguments": arguments}
        try:
            self._ours.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise MonitorLost(str(error)) from error
        while True:
            answer = self._read()
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise MonitorLost(answer["error"]["desc"])

    def _read(self):
        try:
            line = self._lines.readline()
        except OSError as error:
            raise MonitorLost(str(error)) from error
        if not line:
            raise MonitorLost("QEMU has ended")
        return json.loads(line)

    def stop(self):
        self.execute("stop")

    def go_on(self):
        self.execute("cont")

    def satps(self):
        """satp of each hart."""
        text = self.execute("human-monitor-command",
                            **{"command-line": "info registers -a"})
        return [int(value, 16) for value in SATP.findall(text)]
