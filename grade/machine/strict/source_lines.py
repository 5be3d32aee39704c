"""grade/machine/strict/source_lines.py: put source lines into the strict
machine's stories: <0xffffffc080008664> becomes uvmfault (mm/fault.c:52)."""

import re
import subprocess

ADDRESS = re.compile(r"<(0x[0-9a-f]+)>")
RAM = 1 << 31       # programs are below it


def with_source_lines(config, text):
    """The text with source lines in place of addresses. An address outside of
    the kernel stays as it is; without addr2line, all of them do."""
    found = [word for word in dict.fromkeys(ADDRESS.findall(text))
             if int(word, 16) >= RAM]
    names = places(ask(config, found)) if found else {}
    return ADDRESS.sub(
        lambda match: f"in {names[int(match.group(1), 16)]}"
        if int(match.group(1), 16) in names else f"at {match.group(1)}", text)


def ask(config, addresses):
    """The output of addr2line, or nothing if it fails."""
    tool = re.sub(r"nm$", "addr2line", config.command("nm")[0])
    try:
        done = subprocess.run(
            [tool, "-a", "-i", "-f", "-s", "-e", str(config.path("kernel")),
             *addresses],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, encoding="utf-8", errors="replace",
            timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def places(output):
    """The place of each address in the output of addr2line, which lists the
    address, then a function and a line for each level of inlining, the
    innermost first. An inline function of a header, such as sfence_page(),
    says little, so its caller counts."""
    found = {}
    for part in re.split(r"^(?=0x)", output, flags=re.MULTILINE)[1:]:
        address, *lines = part.splitlines()
        frames = list(zip(lines[::2], lines[1::2]))
        if frames:
            function, line = next(
                (frame for frame in frames if ".h:" not in frame[1]),
                frames[0])
            found[int(address, 16)] = place(address, function, line)
    return found


def place(address, function, line):
    line = line.split(" (")[0]
    if function == "??":
        return address
    if line.startswith("??"):
        return f"{function} ({address})"
    return f"{function} ({line})"
