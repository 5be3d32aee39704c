"""grade/course/whole_class/policy.py: late days, penalties, and which attempt
counts."""

import math
import time
from dataclasses import dataclass

from grade.machine.host.build import UserError

DAY = 24 * 3600
KNOWN_FROM = 10 * 365 * DAY     # an earlier time stands for an unknown one
FORMS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S",
         "%Y-%m-%d %H:%M", "%Y-%m-%d")


def time_from(text):
    """The seconds of a local date, with or without a time. Raises
    UserError."""
    for form in FORMS:
        try:
            return time.mktime(time.strptime(text.strip(), form))
        except ValueError:
            pass
    raise UserError(f"{text}: must be a time such as 2026-11-30T23:59")


def time_text(seconds):
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds)) \
        if seconds > KNOWN_FROM else ""


@dataclass(frozen=True)
class Policy:
    """`due` is in seconds, or None; `free` late days cost nothing, and each
    day more costs `penalty` percent of the score. With `best`, the best
    attempt
    counts instead of the last."""

    due: float = None
    free: float = 0
    penalty: float = 0
    best: bool = False

    def days_late(self, attempt):
        """The number of days late, rounded up; None if unknown."""
        if self.due is None or attempt.time <= KNOWN_FROM:
            return None
        return max(0, math.ceil((attempt.time - self.due) / DAY))

    def final(self, score, attempt, extension=0):
        """The score after the penalty."""
        late = (self.days_late(attempt) or 0) - self.free - extension
        return round(score * max(0, 1 - max(0, late) * self.penalty / 100), 1)

    def graded(self, submission):
        """The attempts to grade. If it is known in advance which one counts,
        it comes last."""
        if not self.best:
            return [submission.last]
        return [attempt for attempt in submission.attempts if attempt.key] \
            or [submission.last]

    def counted(self, submission, products, extension=0):
        """The attempt that counts."""
        return max(enumerate(self.graded(submission)), key=lambda pair: (
            self.final(products[pair[1].key]["results"]["score"], pair[1],
                       extension) if pair[1].key in products else -1,
            pair[0]))[1]
