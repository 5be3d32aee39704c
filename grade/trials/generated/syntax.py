"""grade/trials/generated/syntax.py: parse C with clang, and find the place of
each part in the text of its file."""

import json
import subprocess
from dataclasses import dataclass, field

from grade.machine.host.build import UserError

# The flags of gcc that determine the meaning of the text, which clang needs,
# too.
KEPT = ("-D", "-I", "-std=", "-mabi=")
CLANG = ["clang", "--target=riscv64-unknown-elf", "-march=rv64imac", "-w",
         "-ffreestanding", "-fsyntax-only", "-Xclang", "-ast-dump=json"]


@dataclass
class Node:
    """A part of the file: text[start:end]."""

    kind: str
    start: int
    end: int
    is_call: bool       # it begins or ends with the use of a macro
    facts: dict
    parts: list = field(default_factory=list)

    @property
    def type(self):
        return self.facts.get("type", {}).get("qualType", "")

    def each(self):
        """This node and all below it, in order."""
        yield self
        for part in self.parts:
            yield from part.each()


@dataclass
class Place:
    """Where clang found something: in the token `written`, or None if a macro
    made it; and the token or the macro call that it came from."""

    written: tuple
    used: tuple


def is_same_call(part, whole):
    """True if both come from the same macro call, so that neither can be
    changed alone."""
    return part.is_call and whole.is_call \
        and (part.start, part.end) == (whole.start, whole.end)


def definitions(source, path, flags, root):
    """The functions and variables with a body or a value that the file `path`
    defines, as clang sees it when it compiles `source`, which may be another
    file that includes it. Paths are relative to the folder `root`."""
    command = [*CLANG, *(f for f in flags if f.startswith(KEPT)), source]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True)
    except FileNotFoundError:
        raise UserError("clang is needed to read the kernel") from None
    if done.returncode != 0:
        raise UserError(f"clang cannot read {source}: "
                        + done.stderr.decode(errors="replace")[:200])
    return Reader(path, root).read(json.loads(done.stdout))


class Reader:
    """Reads clang's output. clang names a file only where it changes, so all
    nodes must be visited in order."""

    def __init__(self, path, root):
        self._path = path
        self._file = ""
        self._text = (root / path).read_text("utf-8")

    def read(self, unit):
        found = []
        for facts in unit.get("inner", []):
            node = self._node(facts)
            if node is not None and node.kind in ("FunctionDecl", "VarDecl") \
                    and node.parts:
                found.append(node)
        return found

    def _node(self, facts):
        """The Node, or None if it is not in the file `path`."""
        if not isinstance(facts, dict) or "kind" not in facts:
            return None
        self._place(facts.get("loc", {}))
        bounds = facts.get("range", {})
        begin = self._place(bounds.get("begin", {}))
        end = self._place(bounds.get("end", {}))
        parts = [self._node(part) for part in facts.get("inner", [])]
        if begin is None or end is None:
            return None
        written = begin.written and end.written
        first, last = (begin.written, end.written) if written \
            else (begin.used, end.used)
        if first is None or last is None or first[0] >= last[1]:
            return None
        node = Node(facts["kind"], first[0], last[1], not written, facts)
        for part in parts:
            if part is not None:
                node.parts += part.parts if is_same_call(part, node) \
                    else [part]
        return node

    def _place(self, loc):
        """A Place, or None if nothing of it is in the file `path`."""
        if "expansionLoc" not in loc:
            token = self._token(loc)
            return token and Place(token, token)
        spelled = self._token(loc.get("spellingLoc", {}))
        used = self._token(loc["expansionLoc"])
        if not loc["expansionLoc"].get("isMacroArgExpansion"):
            spelled = None
        return used and Place(spelled, (used[0], self._end_of_call(used[1])))

    def _token(self, loc):
        self._file = loc.get("file", self._file)
        if "offset" not in loc or self._file != self._path:
            return None
        return loc["offset"], loc["offset"] + loc["tokLen"]

    def _end_of_call(self, name_end):
        """The end of a macro's arguments, if it has any."""
        text = self._text
        if not text.startswith("(", name_end):
            return name_end
        depth = 0
        for at in range(name_end, len(text)):
            depth += (text[at] == "(") - (text[at] == ")")
            if depth == 0:
                return at + 1
        return name_end
