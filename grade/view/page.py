"""grade/view/page.py: all steps as one HTML file that needs nothing else."""

import json
from html import escape
from pathlib import Path

from grade.view.draw import NARROW, STYLE, WIDE, draw
from grade.view.moments import name
from grade.view.ranges import count_owners, rights

HERE = Path(__file__).parent
MARK = "<!-- made by make view -->"
LETTERS = {"begins": "B", "fork": "F", "copy": "C", "take-over": "T",
           "new pages": "N", "kernel writes": "K", "change": "M",
           "exit": "E", "killed": "!", "failure": "!"}


def as_data(recorder, steps, cow, command):
    """What is known, for JSON. Each step has what is other than in the step
    before: pages as [process, address, frame, rights], without a frame where
    there is none any more, and counts as [frame, pages that map it]."""
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


def one_step(step, cow, pages, counts):
    moment, picture = step.moment, step.picture
    ours = moment.drawn
    changes = []
    for number in ours:
        old, new = pages.get(number, {}), moment.pages.get(number, {})
        for va in sorted(old.keys() | new.keys()):
            if old.get(va) != new.get(va):
                frame, flags = new.get(va, (None, 0))
                changes.append([number, va, frame,
                                rights(flags, cow) if va in new else ""])
    mine = {frame for number in ours
            for frame, _ in moment.pages.get(number, {}).values()}
    changed = [[frame, picture.counts[frame]] for frame in sorted(mine)
               if counts.get(frame) != picture.counts[frame]]
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
    text = (HERE / "page.html").read_text()
    values = {
        "mark": MARK,
        "command": escape(command.strip()),
        "title": escape(first),
        "style": STYLE.read_text() + (HERE / "page.css").read_text(),
        "script": (HERE / "page.js").read_text(),
        "summary": escape(summary(recorder, steps)),
        "cow": escape(cow_words(cow)),
        "timeline": "\n".join(map(mark_of, steps)),
        "figures": "\n".join(map(figure_of, steps)),
        "rows": "\n".join(map(table_row, steps)),
        # In a script element, "</" would end it.
        "data": json.dumps(data, separators=(",", ":")).replace("</", "<\\/"),
    }
    for key, value in values.items():
        text = text.replace("{{" + key + "}}", value)
    return text


def summary(recorder, steps):
    faults = sum(map(is_fault, steps))
    text = f"{len(steps)} moments, {faults} of them page faults."
    if recorder.left_out:
        text += f" {recorder.left_out} more were left out at the end."
    if recorder.ending:
        text += f" The recording stops early: {recorder.ending}."
    elif recorder.status:
        text += f" It ended with status {recorder.status}."
    return text


def is_fault(step):
    """A program's own access, which the page table did not allow."""
    return not step.moment.trap.call


def cow_words(cow):
    if not cow:
        return ("No bit in the entries was seen that marks a page "
                "copy-on-write.")
    return ("COW: copy on write. The page may be written, but in a frame of "
            f"its own: bit {cow.bit_length() - 1} of the entry, which fork "
            "sets as it takes W away.")


def mark_of(step):
    return (f'<li><button type="button" data-step="{step.number}" '
            f'class="{step.kind.replace(" ", "-")}" '
            f'title="{escape(step.title)}" aria-label="step {step.number}: '
            f'{escape(step.title)}"><span>{LETTERS[step.kind]}</span>'
            f'{step.number}</button></li>')


def figure_of(step):
    hidden = "" if step.number == 1 else " hidden"
    return (f'<figure id="step-{step.number}"{hidden}>'
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
