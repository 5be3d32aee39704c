"""grade/machine/shared_boots.py: boots that several tests share, and their
logs."""

import tempfile
from dataclasses import replace
from pathlib import Path

from grade.machine import failures
from grade.machine.guest import SCRIPT, GuestFailed, Log, run_script

BOOT_ARGS = "quiet panic=exit run /run.sh"
PANICS_MAX = 20         # in a row; they are quick
SILENCES_MAX = 3        # in a row; each costs its whole limit


class SharedBoots:
    """Boots one machine as often as needed. The log of a boot is kept only if
    a test that depends on it has failed.

    `hopeless` becomes true when so many boots have failed that more of them
    would only cost time."""

    def __init__(self, config, logs, name, machine):
        self.config = config
        self.name = name
        self._logs = logs
        self._machine = replace(
            machine, args=f"{BOOT_ARGS} {machine.args}".strip())
        self._open = []         # [log, whether to keep it]
        self._wasted = 0        # boots in a row that ended too early
        self.hopeless = False

    def boot(self, name, commands, seconds, silence, files=None,
             items=None):
        """Run the commands. The image also gets `files`, text by name in the
        guest, and `items` of mkfs. Returns the unattended.Ending and the
        console's text."""
        failures.check(SCRIPT)
        log = Log(self._logs, name)
        self._open.append([log, False])
        with tempfile.TemporaryDirectory(prefix="calf-") as folder:
            extra = dict(items or {})
            for guest, text in {**(files or {}), "/run.sh": commands}.items():
                host = Path(folder) / guest.strip("/").replace("/", "-")
                host.write_text(text, "utf-8")
                extra[guest] = f"{guest}={host}"
            try:
                ending = run_script(self.config, self._machine, log, seconds,
                                    extra, failures.patience(silence))
            except GuestFailed:         # too much output, as slow as a hang
                failures.hung(SCRIPT)
                self._waste(SILENCES_MAX)
                raise
        self._judge(ending)
        return ending, log.text()

    def _judge(self, ending):
        if not ending.panicked and not ending.timed_out:
            self._wasted = 0
            return
        if ending.panicked:
            failures.panicked(SCRIPT)
        else:
            failures.check(SCRIPT)      # others may have ended this boot
            failures.hung(SCRIPT)
        self._waste(PANICS_MAX if ending.panicked else SILENCES_MAX)

    def _waste(self, limit):
        self._wasted += 1
        self.hopeless = self.hopeless or self._wasted >= limit

    @property
    def last_log(self):
        return self._open[-1][0]

    def keep_log(self):
        """Keep the log of the last boot, because something is wrong; returns
        it."""
        self._open[-1][1] = True
        return self.last_log

    def end(self):
        for log, keep in self._open:
            log.end(keep)
