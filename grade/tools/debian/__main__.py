"""grade/tools/debian/__main__.py: `make test DEBIAN=trixie`.

Makes a Debian of that release with debootstrap, puts this project into it, and
runs there what the README says: `make setup qemu`, which must reach the
guest's shell, and `make setup test`, whose status is returned.

FROM=clone uses a clone of the last commit; FROM=archive its files, without
git; FROM=work all files as they are now. LOCALE=de_DE.UTF-8 sets the language.
BASE=dir names a Debian to copy instead of making a new one.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pexpect

from grade.machine.host import process
from grade.machine.host.build import ROOT, UserError
from grade.tools.debian.chroot import Debian

WAYS = ("clone", "archive", "work")
PROMPT = r"\n\$ $"
SETUP_SECONDS = 1800


def settings():
    """DEBIAN, FROM, LOCALE and BASE. Raises UserError."""
    suite, way, locale, base = (
        os.environ.get(name, "") for name in ("DEBIAN", "FROM", "LOCALE",
                                              "BASE"))
    if not re.fullmatch(r"[a-z]+", suite):
        raise UserError(f"DEBIAN={suite}: must be the name of a release, such "
                        "as trixie")
    if way and way not in WAYS:
        raise UserError(f"FROM={way}: must be one of {' '.join(WAYS)}")
    if not re.fullmatch(r"(\w+(\.[\w-]+)?)?", locale):
        raise UserError(f"LOCALE={locale}: must be a locale such as "
                        "de_DE.UTF-8")
    if base and not (Path(base) / "etc/debian_version").exists():
        raise UserError(f"BASE={base}: there is no Debian in it")
    if os.geteuid() != 0:
        raise UserError("DEBIAN= needs root, to make a file system and mount "
                        "into it")
    return suite, way or "clone", locale, base


def lay_out(way, folder):
    """Put the project into the folder."""
    if way == "clone":
        run("git", "clone", "--quiet", "--no-hardlinks", ROOT, folder)
        return
    folder.mkdir()
    archive = ["git", "archive", "HEAD"] if way == "archive" else [
        "sh", "-c", "git ls-files -z --cached --others --exclude-standard | "
        "xargs -0 ls -d 2>/dev/null | tar -c -T -"]
    made = subprocess.run(archive, cwd=ROOT, stdout=subprocess.PIPE)
    run("tar", "-x", "-C", folder, input=made.stdout)
    if made.returncode != 0 or not (folder / "Makefile").exists():
        raise UserError(f"FROM={way}: there is no git repository here")


def run(*command, **options):
    words = [str(word) for word in command]
    if subprocess.run(words, **options).returncode != 0:
        raise UserError(f"this failed: {' '.join(words)}")


def reach_shell(debian):
    """Run `make setup qemu` until it reaches the guest's shell."""
    command = debian.command("make setup qemu")
    child = pexpect.spawn(command[0], command[1:], encoding="utf-8",
                          codec_errors="replace", timeout=SETUP_SECONDS,
                          env=debian.environment)
    child.logfile_read = sys.stdout
    try:
        child.expect(PROMPT)
        child.sendline("echo hello | wc")
        child.expect(r"\s1\s+1\s+6\s[^$]*\$ $", timeout=60)
        child.sendline("poweroff")
        child.expect(pexpect.EOF, timeout=60)
    except pexpect.ExceptionPexpect:
        print("\ndebian: make setup qemu did not reach the shell")
        return 1
    finally:
        child.close()
    return child.exitstatus


def main():
    suite, way, locale, base = settings()
    folder = Path(tempfile.mkdtemp(prefix="calf-debian-", dir="/var/tmp"))
    debian = Debian(folder / "root", locale)
    try:
        if base:
            run("cp", "-a", base, debian.root)
        else:
            run("debootstrap", "--variant=minbase",
                "--include=make,ca-certificates", suite, debian.root)
        lay_out(way, debian.root / "calf")
        status = try_it(debian)
        print(f"debian: {suite} from {way}"
              f"{', in ' + locale if locale else ''}: "
              f"{'ok' if status == 0 else 'FAILED'}")
        keep_logs(debian.root / "calf", suite)
        return status
    finally:
        # make and a shell may both send a signal to end.
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        debian.wait()
        shutil.rmtree(folder)


def try_it(debian):
    debian.add_locale()
    return reach_shell(debian) or debian.run("make setup test")


def keep_logs(project, suite):
    """Keep the logs of the tests, to find out why one failed."""
    kept = ROOT / "build" / "debian" / suite
    shutil.rmtree(kept, ignore_errors=True)
    if (project / "build" / "grade").is_dir():
        shutil.copytree(project / "build" / "grade", kept)


if __name__ == "__main__":
    process.end_on_signals()
    try:
        sys.exit(main())
    except UserError as error:
        print(f"debian: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
