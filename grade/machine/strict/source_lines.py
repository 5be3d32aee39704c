"""grade/machine/strict/source_lines.py: put source lines into the strict
machine's stories: <0xffffffc080008664> becomes uvmfault (mm/fault.c:52)."""

import re
import subprocess

ADDRESS = re.compile(r"<(0x[0-9a-f]+)>")
KERNEL_HALF = 1 << 63


def with_source_lines(config, text):
    """The text with source lines in place of addresses. An address outside of
    the kernel stays as it is; without addr2line, all of them do."""
    found = [word for word in dict.fromkeys(ADDRESS.findall(text))
             if int(word, 16) >= KERNEL_HALF]
    names = dict(zip(found, ask(config, found)))
    return ADDRESS.sub(
        lambda match: f"in {names[match.group(1)]}" if match.group(1) in names
        else f"at {match.group(1)}", text)


def ask(config, addresses):
    """The source line of each address, or an empty list if addr2line fails."""
    if not addresses:
        return []
    tool = re.sub(r"nm$", "addr2line", config.command("nm")[0])
    try:
        done = subprocess.run(
            [tool, "-f", "-s", "-e", str(config.path("kernel")), *addresses],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, encoding="utf-8", errors="replace",
            timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return []
    lines = done.stdout.splitlines()
    if done.returncode != 0 or len(lines) != 2 * len(addresses):
        return []
    return [place(address, *lines[2 * n:2 * n + 2])
            for n, address in enumerate(addresses)]


def place(address, function, line):
    line = line.split(" (")[0]
    if function == "??":
        return address
    if line.startswith("??"):
        return f"{function} ({address})"
    return f"{function} ({line})"
