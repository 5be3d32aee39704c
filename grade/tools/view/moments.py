"""grade/tools/view/moments.py: describe in words what happened."""

from dataclasses import dataclass, field

from grade.machine.host.text import many
from grade.machine.ram import PAGE
from grade.machine.sv39 import RSW, W
from grade.tools.view.ranges import Picture, count_owners, rights

BEGINS, FORKS, COPIES, TAKES, FRESH, KERNEL, CHANGES, ENDS, KILLED, FAILS = (
    "begins", "fork", "copy", "take-over", "new pages", "kernel writes",
    "change", "exit", "killed", "failure")
ACCESSES = {1 << 1: "reads", 1 << 2: "writes to", 1 << 3: "executes"}
CAUSES = {0: "a jump to a misaligned address", 1: "a jump that is not allowed",
          2: "an illegal instruction", 3: "a breakpoint",
          4: "a load from a bad address", 5: "a load that is not allowed",
          6: "a store to a bad address", 7: "a store that is not allowed"}


@dataclass
class Step:
    """A moment and its description. `warning` says what must never happen."""

    number: int
    moment: object
    kind: str = CHANGES
    title: str = ""
    text: str = ""
    warning: str = ""
    picture: object = None
    facts: dict = field(default_factory=dict)


def cow_bit(moments):
    """The bit that fork sets in entries when it clears W, or 0 if there is
    none."""
    found = RSW
    seen = False
    for moment in moments:
        if moment.kind != "fork":
            continue
        number = moment.process.number
        after = moment.pages[number]
        for va, (_, old) in moment.before[number].items():
            new = after.get(va, (0, 0))[1]
            if old & W and not new & W:
                found &= new & ~old
                seen = True
    return found if seen else 0


def tell(recorder):
    """Returns the Steps and the copy-on-write bit."""
    cow = cow_bit(recorder.moments)
    everybody = {}
    steps = []
    zeros = set()
    for number, moment in enumerate(recorder.moments, 1):
        for process in (moment.process, moment.child):
            if process is not None:
                everybody[process.number] = process
        moment.drawn = dict(everybody)
        step = Step(number, moment, picture=Picture(moment, cow))
        zeros |= frames_of_zeros(moment)
        Teller(step, cow, zeros).tell()
        steps.append(step)
    return steps, cow


def frames_of_zeros(moment):
    """Frames, at most one if the kernel is right, that a process got for new
    pages that it may not write to yet. Only pages of zeros that are read first
    begin like this."""
    if moment.kind not in ("fault", "call"):
        return set()
    number = moment.process.number
    old = moment.before.get(number, {})
    new = moment.pages.get(number, {})
    return {frame for va, (frame, flags) in new.items()
            if va not in old and not flags & W}


def name(process):
    return f"process {process.pid}" if process.pid else \
        f"process {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[process.number % 26]}"


def capital(text):
    return text[:1].upper() + text[1:]


class Teller:
    """Describes one step."""

    def __init__(self, step, cow, zeros):
        self.step = step
        self.cow = cow
        self.zeros = zeros
        self.moment = step.moment
        self.who = name(self.moment.process)
        self.old = self.moment.before.get(self.moment.process.number, {})
        self.new = self.moment.pages.get(self.moment.process.number, {})
        self.old_counts = count_owners(self.moment.before)
        self.counts = step.picture.counts

    def tell(self):
        {"exec": self._exec, "fork": self._fork, "fault": self._fault,
         "call": self._call, "exit": self._exit, "killed": self._killed,
         "exec fails": self._exec_fails, "fork fails": self._fork_fails,
         "change": self._change}[self.moment.kind]()
        self.step.text = capital(self.step.text)
        self.step.warning = self._warning()

    def _say(self, kind, title, text):
        self.step.kind, self.step.title = kind, f"{self.who} {title}"
        self.step.text = text

    def _warning(self):
        """A writable frame must not be mapped by another page."""
        writable = {}
        for number, pages in self.moment.pages.items():
            for va, (frame, flags) in pages.items():
                if flags & W and self.counts[frame] > 1:
                    writable.setdefault(frame, va)
        if not writable:
            return ""
        frame, va = min(writable.items())
        return (f"{many(len(writable), 'frame')} can be written to although "
                "more than one page maps it: one process changes what another "
                f"one sees. The first is frame {frame:#x}, at {va:#x}.")

    # ---- programs ----

    def _exec(self):
        words = " ".join(self.moment.trap.ran[1:])
        self._say(BEGINS, f"starts {words}",
                  f"{self.who} starts the program {words}: "
                  f"{many(len(self.new), 'page')}, each with a frame of its "
                  "own.")

    def _exec_fails(self):
        self._say(FAILS, "cannot exec",
                  f"exec {self.moment.trap.ran[0]} fails.")

    def _fork(self):
        child, given = name(self.moment.child), \
            self.moment.pages[self.moment.child.number]
        shared = [va for va, (frame, _) in given.items()
                  if va in self.new and self.new[va][0] == frame]
        lost = [va for va, (_, flags) in self.old.items()
                if flags & W and not self.new.get(va, (0, 0))[1] & W]
        text = f"{self.who} forks, and {child} has " \
            f"{many(len(given), 'page')}, too. "
        if not shared:
            text += ("Each was copied to a new frame: nothing is shared, and "
                     f"{many(len(given), 'frame')} more are in use.")
        else:
            text += self._shared_text(shared, given, lost)
        self._say(FORKS, f"forks {child}", text)
        self.step.facts = {"child": self.moment.child.number,
                           "shared": len(shared), "lost W": len(lost)}

    def _shared_text(self, shared, given, lost):
        text = "No page was copied: " if len(shared) == len(given) else \
            f"{many(len(given) - len(shared), 'page')} were copied. For the " \
            "others, "
        text += "both page tables lead to the same frames. "
        if lost:
            text += (f"{many(len(lost), 'page')} were writable before. In "
                     "both tables they have now lost W"
                     + (" and are marked COW, copy on write" if self.cow
                        else "")
                     + ", so the next write to one of them faults.")
        return text

    def _fork_fails(self):
        self._say(FAILS, "cannot fork",
                  "fork fails, and there is no child.")

    # ---- faults ----

    def _fault(self):
        moment = self.moment
        va = moment.trap.address
        page = va & -PAGE
        does = ACCESSES.get(moment.trap.wanted, "uses")
        self.step.facts = {"address": va, "faults": len(moment.vas)}
        if page not in self.old:
            self._fresh(does)
        elif self.old[page][0] in self.zeros and self.new.get(
                page, self.old[page])[0] not in self.zeros:
            self._no_longer_zeros(does)
        elif len(moment.vas) > 1:
            self._run(does)
        elif page in self.new and self.old[page][0] != self.new[page][0]:
            self._copy(va, does)
        elif page in self.new and self.new[page][1] & ~self.old[page][1] & W:
            self._take_over(va, does)
        else:
            self._change()

    def _where(self):
        vas = sorted(self.moment.vas)
        return f"{vas[0]:#x}" if len(vas) == 1 else \
            f"{vas[0]:#x} to {vas[-1] + PAGE - 1:#x}"

    def _fresh(self, does):
        vas = self.moment.vas
        of_zeros = any(self.new.get(va, (0, 0))[0] in self.zeros for va in vas)
        self._say(FRESH, f"gets {many(len(vas), 'page')}"
                  + (" of zeros" if of_zeros else ""),
                  f"{self.who} {does} {self._where()} for the first time. No "
                  "page was mapped there; "
                  + ("now the frame of zeros is, which all pages share that "
                     "were only read." if of_zeros else
                     "now each has a frame of its own."))

    def _no_longer_zeros(self, does):
        self._say(FRESH, f"gets {many(len(self.moment.vas), 'frame')}",
                  f"{self.who} {does} {self._where()} for the first time. "
                  "Until now the frame of zeros was mapped there; now each "
                  "page has a cleared frame of its own.")

    def _run(self, does):
        """The same fault, page after page."""
        vas = self.moment.vas
        copied = self.old[vas[0]][0] != self.new[vas[0]][0]
        more = many(len(vas), "more page")
        self._say(COPIES if copied else TAKES, f"{does} {more}: each is "
                  + ("copied" if copied else "taken over"),
                  f"{self.who} goes on: it {does} {more}, one after another, "
                  f"{vas[0]:#x} to {vas[-1] + PAGE - 1:#x}. None had W "
                  f"({self._rights(self.old, vas[0])}), so there is a fault "
                  "for each, with the same result as before: "
                  + (f"{many(len(vas), 'more frame')} are in use."
                     if copied else "nothing has to be copied."))
        self.step.facts["first"] = vas[0]

    def _copy(self, va, does):
        page = va & -PAGE
        old, new = self.old[page][0], self.new[page][0]
        owners = self.old_counts[old]
        text = f"{self.who} {does} {va:#x}, in the {self._part(page)}. Its " \
            f"entry has no W ({self._rights(self.old, page)}), so the hart " \
            "faults into the kernel. "
        text += self._copy_text(old, new, owners)
        self._say(COPIES, f"{does} {va:#x}: the page is copied", text)
        self.step.facts.update({"from": old, "to": new, "owners": owners})

    def _copy_text(self, old, new, owners):
        if owners == 1:
            return (f"No other page maps frame {old:#x}, but it is copied to "
                    f"frame {new:#x}. Taking it over would have sufficed.")
        left = self.counts[old]
        rest = "the other one keeps" if left == 1 else \
            f"the other {left} keep" if left else "nobody keeps"
        return (f"{owners} pages map frame {old:#x}, so this one gets a copy "
                f"of it, frame {new:#x}, to which it may write; {rest} the "
                "old frame. The write is tried again and succeeds.")

    def _take_over(self, va, does):
        page = va & -PAGE
        frame = self.old[page][0]
        self._say(TAKES, f"{does} {va:#x}: the frame is taken over",
                  f"{self.who} {does} {va:#x}, in the {self._part(page)}, and "
                  f"faults: {self._rights(self.old, page)}. But no other page "
                  f"maps frame {frame:#x} any more. Nothing has to be copied: "
                  "the page gets its W back and keeps its frame."
                  if self.counts[frame] == 1 else
                  f"{self.who} {does} {va:#x} and is now allowed to, although "
                  f"{self.counts[frame]} pages map frame {frame:#x}.")
        self.step.facts.update({"from": frame, "to": frame,
                                "owners": self.old_counts[frame]})

    def _rights(self, pages, page):
        return rights(pages[page][1], self.cow)

    def _part(self, page):
        for row in self.step.picture.rows.get(self.moment.process.number, []):
            if row.start <= page < row.end:
                return row.part
        return "memory"

    # ---- system calls ----

    def _call(self):
        call = self.moment.trap.call
        came = [va for va in self.new if va not in self.old]
        went = [va for va in self.old if va not in self.new]
        moved = sorted(va for va in self.new if va in self.old
                       and self.new[va][0] != self.old[va][0])
        if came or went:
            self._sized(call, came, went)
        elif moved:
            self._kernel_wrote(call, moved)
        else:
            self._taken_in_call(call)

    def _sized(self, call, came, went):
        parts = [f"{many(len(came), 'page')} more"] if came else []
        parts += [f"{many(len(went), 'page')} fewer"] if went else []
        text = " and ".join(parts)
        self._say(FRESH if came else CHANGES, f"has {text} ({call})",
                  f"{self.who} calls {call}, and then has {text}.")

    def _kernel_wrote(self, call, moved):
        va = moved[0]
        old, new = self.old[va][0], self.new[va][0]
        owners = self.old_counts[old]
        if old in self.zeros:
            self._say(FRESH, f"gets {many(len(moved), 'frame')} ({call})",
                      f"{self.who} calls {call}, and the kernel must put the "
                      f"result into the page at {va:#x}. Until now the frame "
                      "of zeros was mapped there.")
            return
        self._say(KERNEL, f"calls {call}: the page at {va:#x} is copied",
                  f"{self.who} calls {call}, and the kernel must put the "
                  f"result into the page at {va:#x}. The program itself does "
                  "not store there, so there is no fault; the kernel must "
                  "check for itself that the page is not writable "
                  f"({self._rights(self.old, va)}). "
                  + self._copy_text(old, new, owners).replace(
                      "The write is tried again and succeeds.",
                      "Then the kernel writes."))
        self.moment.vas = moved
        self.step.facts = {"address": va, "from": old, "to": new,
                           "owners": owners}
        self.step.picture = Picture(self.moment, self.cow)

    def _taken_in_call(self, call):
        changed = sorted(va for va in self.new
                         if self.new[va] != self.old.get(va))
        if not all(self.new[va][1] & W for va in changed):
            return self._change()
        self._say(KERNEL, f"calls {call}: a frame is taken over",
                  f"{self.who} calls {call}, and the kernel writes to "
                  f"{changed[0]:#x} for it. No other page maps the frame, so "
                  "the page only gets its W back.")

    def _change(self):
        changed = [va for va in self.new if self.new[va] != self.old.get(va)]
        self._say(CHANGES, f"has {many(len(changed), 'page')} changed",
                  f"the entries of {many(len(changed), 'page')} of "
                  f"{self.who} have changed.")

    # ---- ends ----

    def _freed(self):
        """What happened to the frames of the process."""
        frames = {frame for frame, _ in self.old.values()}
        free = [frame for frame in frames if not self.counts[frame]]
        kept = len(frames) - len(free)
        self.step.facts = {"freed": len(free), "kept": kept}
        text = f" {capital(many(len(free), 'frame'))} had no other owner " \
            f"and {'is' if len(free) == 1 else 'are'} free again."
        if kept:
            text += (f" {capital(many(kept, 'frame'))} "
                     f"{'is' if kept == 1 else 'are'} still mapped by others "
                     "and stay in use.")
        return text

    def _exit(self):
        self._say(ENDS, "exits", f"{self.who} exits." + self._freed())

    def _killed(self):
        trap = self.moment.trap
        if trap and trap.wanted:
            why = f"it {ACCESSES[trap.wanted]} {trap.address:#x}, which is " \
                "not allowed, and the kernel could not resolve the fault"
        elif trap and not trap.call:
            why = CAUSES.get(trap.cause, f"trap {trap.cause}")
        else:
            why = "it did not go on"
        self._say(KILLED, "is killed by the kernel",
                  f"{self.who} is killed by the kernel: {why}."
                  + self._freed())
