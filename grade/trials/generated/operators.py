"""grade/trials/generated/operators.py: ways to break a function.

An operator takes a Function and yields lists of edits (start, end, new text).
Each list is a mutant. Mutants that do not compile, or that compile to the same
code as another one, are dropped later, so operators can be simple.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from grade.trials.generated.syntax import Node

OPERATORS = {}
# Macros that check or assume something and do nothing else.
CHECKS = ("ASSERT", "DEBUG_ASSERT", "assume")
LOOPS = {"WhileStmt", "ForStmt", "DoStmt"}
JUMPS = {"BreakStmt", "ContinueStmt", "GotoStmt"}
FLAGS = ("PTE_V", "PTE_R", "PTE_W", "PTE_X", "PTE_U", "PTE_G", "PTE_COW",
         "PTE_SEALED")
ERRORS = ("EFAULT", "ENOMEM", "EINVAL")
FENCES = ("sfence_page", "sfence_user", "sfence_all", "fence_i")
LOCKS = re.compile(r"(\w+)_(?:acquire|lock)(\w*)$")
NAME = re.compile(r"[A-Z][A-Z0-9_]+")


@dataclass(frozen=True)
class Function:
    """A function, or a variable with its value, in the text of its file."""

    text: str
    node: Node

    @property
    def name(self):
        return self.node.facts.get("name", "")

    @property
    def body(self):
        last = self.node.parts[-1]
        return last if last.kind == "CompoundStmt" else None

    def at(self, node):
        return self.text[node.start:node.end]

    def nodes(self, *kinds):
        """All parts of these kinds that are not in a check."""
        todo = [self.node]
        while todo:
            node = todo.pop()
            if self.at(node).startswith(CHECKS):
                continue
            if node.kind in kinds:
                yield node
            todo += reversed(node.parts)

    def after(self, node):
        """The end of a statement, after its semicolon if there is one."""
        return node.end + self.text.startswith(";", node.end)

    def between(self, left, right):
        """The place of the operator between two parts, without spaces."""
        start, end = left.end, right.start
        while start < end and self.text[start] in " \t\n)":
            start += 1
        while end > start and self.text[end - 1] in " \t\n(":
            end -= 1
        return start, end


def operator(name):
    def add(function):
        OPERATORS[name] = function
        return function
    return add


def plain(node):
    """The expression without the brackets and casts around it."""
    while node.kind in ("ParenExpr", "ImplicitCastExpr", "CStyleCastExpr") \
            and len(node.parts) == 1:
        node = node.parts[0]
    return node


def put(node, new):
    return [(node.start, node.end, new)]


def statements(function):
    """Each statement, with the block or statement that contains it."""
    for block in function.nodes("CompoundStmt", "IfStmt", *LOOPS):
        parts = block.parts if block.kind == "CompoundStmt" \
            else block.parts[1:] if block.kind == "IfStmt" \
            else block.parts[-1:]
        for part in parts:
            if part.kind != "CompoundStmt" \
                    and not function.at(part).startswith(CHECKS):
                yield part, block


@operator("delete")
def delete(function):
    """A statement is missing."""
    for node, _ in statements(function):
        if node.kind not in ("DeclStmt", "ReturnStmt", "LabelStmt"):
            yield [(node.start, function.after(node), ";")]


@operator("skip-body")
def skip_body(function):
    """A condition never holds, or always holds."""
    for node in function.nodes("IfStmt"):
        for value in "01":
            yield put(node.parts[0], value)


@operator("negate")
def negate(function):
    for node in function.nodes("IfStmt", "WhileStmt", "ConditionalOperator"):
        yield put(node.parts[0], f"!({function.at(node.parts[0])})")


def binary(function, change):
    """Replace each binary operator by those that change() returns."""
    for node in function.nodes("BinaryOperator", "CompoundAssignOperator"):
        if len(node.parts) != 2:
            continue
        start, end = function.between(*node.parts)
        for new in change.get(function.text[start:end], ()):
            yield [(start, end, new)]


@operator("boundary")
def boundary(function):
    """< for <=, and the other way round."""
    return binary(function, {"<": ["<="], "<=": ["<"], ">": [">="],
                             ">=": [">"], "==": [">=", "<="]})


@operator("arithmetic")
def arithmetic(function):
    """Another operator."""
    return binary(function, {
        "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"],
        "<<": [">>"], ">>": ["<<"], "&": ["|"], "|": ["&"], "+=": ["-=", "="],
        "-=": ["+=", "="], "|=": ["&=", "="], "&=": ["|=", "="],
        "&&": ["||"], "||": ["&&"]})


@operator("half")
def half(function):
    """One operand of && or ||, or of a sum, is missing."""
    for node in function.nodes("BinaryOperator"):
        if node.facts.get("opcode") in ("&&", "||", "+", "-", "|", "&"):
            for part in node.parts:
                yield put(node, function.at(part))


@operator("unary")
def unary(function):
    """~, ! or - is missing; ++ for --."""
    other = {"++": "--", "--": "++"}
    for node in function.nodes("UnaryOperator"):
        sign = node.facts.get("opcode")
        text = function.at(node)
        if sign in other:
            yield put(node, text.replace(sign, other[sign]))
        elif sign in ("~", "!", "-") and text.startswith(sign):
            yield put(node, text[1:])


@operator("constant")
def constant(function):
    """Off by one, or another constant."""
    for node in function.nodes("IntegerLiteral"):
        text = function.at(node)
        if re.fullmatch(r"\d+[UL]*", text):
            value = int(text.rstrip("UL"))
            for other in {value + 1, max(value - 1, 0)} - {value}:
                yield put(node, text.replace(str(value), str(other)))
    for node in function.nodes("IntegerLiteral", "ParenExpr", "CStyleCastExpr",
                               "BinaryOperator", "ImplicitCastExpr"):
        text = function.at(node)
        if node.is_call and NAME.fullmatch(text) and text != "NULL" \
                and not text.startswith(("PTE_", "__", "FAULT_")) \
                and text not in ERRORS:
            for other in (f"({text} / 2)", f"({text} * 2)", f"({text} - 1)"):
                yield put(node, other)


@operator("expression")
def expression(function):
    """An argument is off by one or by a page."""
    for node in function.nodes("CallExpr"):
        for part in node.parts[1:]:
            if part.type in ("uint64", "int64", "uint32", "long", "int") \
                    and plain(part).kind != "IntegerLiteral":
                for more in ("1", "4096"):
                    yield put(part, f"({function.at(part)}) + {more}")
                    yield put(part, f"({function.at(part)}) - {more}")


@operator("rounding")
def rounding(function):
    """ROUND_UP for ROUND_DOWN, MIN for MAX, or neither of them."""
    other = {"ROUND_UP": "ROUND_DOWN", "ROUND_DOWN": "ROUND_UP", "MIN": "MAX",
             "MAX": "MIN"}
    for node in function.nodes("BinaryOperator", "ParenExpr",
                               "ConditionalOperator"):
        text = function.at(node)
        name, bracket, rest = text.partition("(")
        if node.is_call and bracket and name in other \
                and text.endswith(")"):
            yield put(node, other[name] + bracket + rest)
            for part in node.parts:
                yield put(node, f"({function.at(part)})")


@operator("flag")
def flag(function):
    """Another bit of a page-table entry, or none."""
    for match in re.finditer(r"\bPTE_[A-Z]+\b", function.at(function.node)):
        if match.group() not in FLAGS:
            continue
        start = function.node.start + match.start()
        at = FLAGS.index(match.group())
        for new in ("0UL", FLAGS[at - 1], FLAGS[(at + 1) % len(FLAGS)],
                    FLAGS[(at + 3) % len(FLAGS)]):
            yield [(start, start + len(match.group()), new)]


@operator("error")
def error(function):
    """Another error, or none."""
    for match in re.finditer(r"-(E[A-Z0-9]+)\b", function.at(function.node)):
        start = function.node.start + match.start()
        for new in ("0", *(f"-{e}" for e in ERRORS if e != match.group(1))):
            yield [(start, start + len(match.group()), new)]


@operator("swap")
def swap(function):
    """Two statements in the wrong order."""
    for block in function.nodes("CompoundStmt"):
        for one, two in pairwise(block.parts):
            if {one.kind, two.kind} & {"DeclStmt", "ReturnStmt", "LabelStmt",
                                       *JUMPS} or one.end > two.start:
                continue
            first = one.start, function.after(one)
            second = two.start, function.after(two)
            yield [(*first, function.text[slice(*second)]),
                   (*second, function.text[slice(*first)])]


@operator("move-up")
def move_up(function):
    """A call comes first in its block, or last."""
    for block in function.nodes("CompoundStmt"):
        calls = [part for part in block.parts if part.kind == "CallExpr"]
        others = [part for part in block.parts if part.kind != "DeclStmt"]
        for call in calls:
            text = function.text[call.start:function.after(call)]
            gone = (call.start, function.after(call), ";")
            place = others.index(call)
            if place > 1:
                yield [(others[0].start, others[0].start, text + " "), gone]
            if place < len(others) - 2 and others[-1].kind != "ReturnStmt":
                end = function.after(others[-1])
                yield [gone, (end, end, " " + text)]


def results_of(kind):
    """Wrong results for a function of that type."""
    if kind == "void":
        return [""]
    if kind == "bool":
        return [" true", " false"]
    if kind.endswith("*"):
        return [" NULL"]
    if kind == "enum fault":
        return [" FAULT_FIXED", " FAULT_DENIED", " FAULT_UNMAPPED"]
    return [" 0", " -1", " 1"]


@operator("return")
def early_return(function):
    """The function returns too early, or returns the wrong result."""
    if function.body is None:
        return
    kind = function.node.type.partition("(")[0].strip()
    for value in results_of(kind):
        start = function.body.start + 1
        yield [(start, start, f"\treturn{value};")]
        if value:
            for node in function.nodes("ReturnStmt"):
                yield [(node.start, node.end, f"return{value}")]


@operator("value")
def value(function):
    """A variable is set to 0 instead of its value."""
    for node in function.nodes("VarDecl"):
        if node.parts and plain(node.parts[-1]).kind == "CallExpr":
            yield put(node.parts[-1], "0")
    for node in function.nodes("BinaryOperator"):
        if node.facts.get("opcode") == "=" \
                and plain(node.parts[-1]).kind != "IntegerLiteral":
            yield put(node.parts[-1], "0")


@operator("variable")
def variable(function):
    """The wrong one of two variables of a type."""
    declared = {}
    for node in function.nodes("ParmVarDecl", "VarDecl"):
        if node is not function.node:
            declared.setdefault(node.type, []).append(node.facts.get("name"))
    for node in function.nodes("DeclRefExpr"):
        name = function.at(node)
        names = declared.get(node.type, [])
        if name in names:
            for other in names:
                if other != name:
                    yield put(node, other)


@operator("member")
def member(function):
    """The wrong member of a struct, among those that the function uses."""
    used = {}
    for node in function.nodes("MemberExpr"):
        of = node.parts[0].type if node.parts else ""
        used.setdefault((of, node.type), {})[node.facts["name"]] = 1
    for node in function.nodes("MemberExpr"):
        of = node.parts[0].type if node.parts else ""
        name = node.facts["name"]
        for other in used[of, node.type]:
            if other != name and function.at(node).endswith(name):
                yield [(node.end - len(name), node.end, other)]


@operator("lock")
def lock(function):
    """A lock is not taken."""
    calls = list(function.nodes("CallExpr"))
    for node in calls:
        match = LOCKS.match(function.at(node).partition("(")[0])
        if not match:
            continue
        edits = [(node.start, node.end, "0" if match.group(2) else "(void)0")]
        undo = re.compile(rf"{match.group(1)}_(release|unlock)$")
        edits += [(other.start, other.end, "(void)0") for other in calls
                  if undo.match(function.at(other).partition("(")[0])]
        yield edits


@operator("atomic")
def atomic(function):
    """An atomic operation is not atomic, or not ordered."""
    for match in re.finditer(r"__ATOMIC_(ACQUIRE|RELEASE|ACQ_REL)",
                             function.at(function.node)):
        start = function.node.start + match.start()
        yield [(start, start + len(match.group()), "__ATOMIC_RELAXED")]
    for match in re.finditer(r"(amo\w+\.[wd])\.(rl|aqrl|aq)\b",
                             function.at(function.node)):
        start = function.node.start + match.start()
        yield [(start, start + len(match.group()), match.group(1))]
    plainly = {"__atomic_load_n": "(*({0}))",
               "__atomic_store_n": "(*({0}) = {1})",
               "__atomic_fetch_add": "((*({0}) += {1}) - {1})",
               "__atomic_fetch_sub": "((*({0}) -= {1}) + {1})"}
    for node in function.nodes("CallExpr", "AtomicExpr"):
        name, _, rest = function.at(node).partition("(")
        if name in plainly:
            words = [word.strip() for word in rest.rpartition(",")[0]
                     .rsplit(",", 1)]
            yield put(node, plainly[name].format(*words, *words))


@operator("fence")
def fence(function):
    """A fence of another kind, or of another page."""
    for node in function.nodes("CallExpr"):
        name, _, rest = function.at(node).partition("(")
        if name in FENCES:
            others = [f"{f}()" for f in FENCES if f not in (name,
                                                            "sfence_page")]
            if name == "sfence_page":
                others += [f"sfence_page(4096 + {rest}", "sfence_page(0)"]
            else:
                others += ["sfence_page(0)"]
            for new in others:
                yield put(node, new)
