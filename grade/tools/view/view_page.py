"""grade/tools/view/view_page.py: show all steps in one self-contained HTML
file."""

import json
from html import escape
from pathlib import Path

from grade.machine.ram import PAGE
from grade.tools.view.drawing import NARROW, STYLE, WIDE, draw
from grade.tools.view.moments import many, name
from grade.tools.view.ranges import count_owners, rights

HERE = Path(__file__).parent
MARK = "<!-- made by make view -->"
LETTERS = {"begins": "B", "fork": "F", "copy": "C", "take-over": "T",
           "new pages": "N", "kernel writes": "K", "change": "M",
           "exit": "E", "killed": "!", "failure": "!"}
MEANINGS = {"B": "begins", "N": "new pages", "F": "fork",
            "C": "copied at a write", "T": "taken over",
            "K": "the kernel writes for the program", "M": "other changes",
            "E": "exit", "!": "killed by the kernel, or failed"}
PRINTED_MAX = 24        # with more pictures, only the one shown is printed


def as_data(recorder, steps, cow, command):
    """The recording, for JSON. Each step has what changed since the step
    before: pages in the form of changes_of(), with no frame for a page that
    has gone, and counts in the form of counts_of()."""
    processes = steps[-1].moment.drawn if steps else {}
    data = {
        "made by": "make view",
        "command": command,
        "status": recorder.status,
        "ending": recorder.ending,
        "left out": recorder.left_out,
        "copy-on-write bit": cow.bit_length() - 1 if cow else None,
        "processes": [
            {"number": number, "pid": process.pid, "name": name(process),
             "parent": process.parent.number
             if process.parent and process.parent.number in processes
             else None}
            for number, process in processes.items()],
        "steps": []}
    pages, counts = {}, {}
    for step in steps:
        data["steps"].append(one_step(step, cow, pages, counts))
        pages, counts = step.moment.pages, count_owners(step.moment.pages)
    begin = 0
    for step, told in zip(steps, data["steps"]):
        end = step.moment.printed
        told["printed"] = recorder.output[begin:end].decode(
            errors="replace").replace("\r", "")
        begin = end
    return data


def changes_of(number, old, new, cow):
    """What has changed in the pages of a process. [process, address, frame,
    rights, n, distance] means n pages whose frames are that many bytes
    apart."""
    runs = []
    for va in sorted(va for va in old.keys() | new.keys()
                     if old.get(va) != new.get(va)):
        frame, flags = new.get(va, (None, 0))
        words = rights(flags, cow) if va in new else ""
        if not (runs and joins(runs[-1], va, frame, words)):
            runs.append([number, va, frame, words, 1, 0])
    return runs


def joins(run, va, frame, words):
    """True if the page continues the run."""
    _, start, first, rest, count, distance = run
    if va != start + count * PAGE or words != rest \
            or (frame is None) != (first is None):
        return False
    if frame is not None:
        if count == 1:
            distance = frame - first
        if frame != first + count * distance:
            return False
    run[4:] = count + 1, distance
    return True


def counts_of(frames):
    """The counts of frames. [frame, count, n] means n consecutive frames."""
    runs = []
    for frame, count in sorted(frames.items()):
        if runs and runs[-1][1] == count \
                and frame == runs[-1][0] + runs[-1][2] * PAGE:
            runs[-1][2] += 1
        else:
            runs.append([frame, count, 1])
    return runs


def one_step(step, cow, pages, counts):
    moment, picture = step.moment, step.picture
    ours = moment.drawn
    changes = [run for number in ours for run in changes_of(
        number, pages.get(number, {}), moment.pages.get(number, {}), cow)]
    mine = {frame for number in ours
            for frame, _ in moment.pages.get(number, {}).values()}
    changed = counts_of({frame: picture.counts[frame] for frame in mine
                         if counts.get(frame) != picture.counts[frame]})
    return {
        "number": step.number, "kind": step.kind, "title": step.title,
        "text": step.text, "warning": step.warning,
        "process": moment.process.number,
        "fault": is_fault(step), **step.facts,
        "pages": changes, "counts": changed,
        "ranges": [[row.number, row.start, row.npages, row.part, row.rights]
                   for rows in picture.rows.values() for row in rows]}


# ---- the page ---------------------------------------------------------------

def as_page(recorder, steps, cow, command, data):
    first = command.strip().splitlines()[0]
    text = (HERE / "page.html").read_text("utf-8")
    values = {
        "mark": MARK,
        "command": escape(command.strip()),
        "title": escape(first),
        "style": STYLE.read_text("utf-8")
        + (HERE / "page.css").read_text("utf-8"),
        "script": (HERE / "page.js").read_text("utf-8"),
        "summary": escape(summary(recorder, steps)),
        "cow": escape(cow_words(cow)),
        "intro": intro(steps, cow),
        "letters": letters(steps),
        "length": "short" if len(steps) <= PRINTED_MAX else "long",
        "timeline": "\n".join(map(mark_of, steps)),
        "figures": "\n".join(map(figure_of, steps)),
        "rows": "\n".join(map(table_row, steps)),
        # In a script element, "</" would end it.
        "data": json.dumps(data, separators=(",", ":")).replace("</", "<\\/"),
    }
    for key, value in values.items():
        text = text.replace("{{" + key + "}}", value)
    return text


def intro(steps, cow):
    """If the kernel has copy-on-write, explain it to newcomers, and say where
    to look first."""
    if not cow:
        return ""
    text = ("<p>A fork gives the new process the memory of the old one. With "
            "<b>copy-on-write</b> nothing is copied for that: both map the "
            "same frames, which are pages of physical memory, and neither may "
            "write to them. A write to such a page faults, and the writer "
            "gets a copy of that one page. The last owner of a frame takes it "
            "over without a copy.</p>")
    places = [f'<a href="#{step.number}">{words} (step {step.number})</a>'
              for kind, words in (("fork", "the first fork"),
                                  ("copy", "the first copy"),
                                  ("take-over", "the first take-over"))
              for step in [first_of(steps, kind)] if step]
    return text + f"<p>Look at {', '.join(places)}.</p>"


def first_of(steps, kind):
    return next((step for step in steps if step.kind == kind), None)


def letters(steps):
    used = {LETTERS[step.kind] for step in steps}
    return ", ".join(f"<b>{letter}</b> {words}" for letter, words
                     in MEANINGS.items() if letter in used)


def summary(recorder, steps):
    faults = sum(step.facts.get("faults", 1) for step in steps
                 if is_fault(step))
    text = f"{many(len(steps), 'moment')}, with {many(faults, 'page fault')}."
    if recorder.left_out:
        text += f" {recorder.left_out} more were left out at the end."
    if recorder.ending:
        text += f" The recording stopped early: {recorder.ending}."
    elif recorder.status:
        text += f" It ended with status {recorder.status}."
    return text


def is_fault(step):
    """True if an access of the program itself was not allowed."""
    return not step.moment.trap.call


def cow_words(cow):
    if not cow:
        return ("No bit was found in the entries that marks a page as "
                "copy-on-write.")
    return ("COW: copy on write. A write to the page first gives the writer "
            f"its own frame. This is bit {cow.bit_length() - 1} of the entry, "
            "which fork sets when it clears W.")


def mark_of(step):
    return (f'<li><button type="button" data-step="{step.number}" '
            f'class="{step.kind.replace(" ", "-")}" '
            f'title="{escape(step.title)}" aria-label="step {step.number}: '
            f'{escape(step.title)}"><span>{LETTERS[step.kind]}</span>'
            f'{step.number}</button></li>')


def figure_of(step):
    hidden = "" if step.number == 1 else " hidden"
    return (f'<figure id="step-{step.number}"{hidden}>'
            f'<figcaption><b>Step {step.number}: {escape(step.title)}</b><br/>'
            f'{escape(step.text)}</figcaption>'
            + draw(step, WIDE) + draw(step, NARROW) + "</figure>")


def table_row(step):
    facts = step.facts
    address = f"{facts['address']:#x}" if "address" in facts else ""
    frames = ""
    if "from" in facts:
        frames = f"{facts['from']:#x}"
        if facts["to"] != facts["from"]:
            frames += f" to {facts['to']:#x}"
    owners = str(facts.get("owners", ""))
    return (f'<tr><td><a href="#{step.number}">{step.number}</a></td>'
            f'<td>{escape(step.kind)}</td><td>{escape(step.title)}</td>'
            f'<td class="mono">{address}</td><td class="mono">{frames}</td>'
            f'<td class="number">{owners}</td></tr>')
