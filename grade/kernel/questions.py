"""grade/kernel/questions.py: what a boot is asked, so that it cannot know the
answers.

All that a guest prints goes through its kernel, which may print what it likes.
So each test has two words drawn anew for each boot, one that shows that it
passed and one that it failed; and among the tests are some that are made to
fail. A kernel that prints results, turns "FAILED" into "ok", or lets every
process end well, either lacks the words or gives itself away.

This keeps out what is cheap. A kernel can read the words in its own memory:
what must hold against that is seen from outside (grade/kernel/outside).
"""

import random
import re
import secrets

from grade.kernel.plausible_failures import excuse
from grade.machine.guest import GuestFailed

FILE = "/asked"
LINE = re.compile(r"^([0-9a-f]{16}) (\w+): (ok|FAILED.*)$", re.MULTILINE)
STATUS_FAILED = 1       # of usertests
TRAPS = 3


class Distrusted(GuestFailed):
    """The results cannot be those of an honest kernel."""


class Question:
    """A test to run; a trap is to fail, for a reason like others'."""

    def __init__(self, test, is_trap=False):
        self.group, self.name = test
        self.is_trap = is_trap
        self.passed = secrets.token_hex(8)
        self.failed = secrets.token_hex(8)

    def line(self):
        return f"{self.group} {self.name} {self.passed} {self.failed} " \
            f"{excuse(self.name) if self.is_trap else ''}\n"


class Asked:
    """The tests that one boot is asked for, with traps among them: some of
    `baits`. Both are lists of (group, name)."""

    def __init__(self, tests, baits, traps=TRAPS):
        self.questions = [Question(test) for test in tests]
        for bait in random.sample(baits, min(traps, len(baits))):
            self.questions.insert(
                random.randrange(len(self.questions) + 1),
                Question(bait, is_trap=True))

    def files(self):
        """For the image, text by name in the guest."""
        return {FILE: "".join(q.line() for q in self.questions)}

    def results(self, text, ending):
        """"ok", or "FAILED (reason)", by test, for those that came to their
        end. Raises Distrusted when something does not fit."""
        answers = self._answers(text)
        for index in range(max(answers, default=-1) + 1):
            question = self.questions[index]
            if question.is_trap and answers.get(index) in (None, "ok"):
                raise Distrusted(
                    f"{question.name} was made to fail, and the guest says: "
                    f"{answers.get(index, 'nothing')}. No result of this "
                    "boot counts")
        if len(answers) == len(self.questions) \
                and ending.status != STATUS_FAILED:
            raise Distrusted(
                f"usertests had failures to tell, yet the machine ended with "
                f"status {ending.status}. No result of this boot counts")
        return {self.questions[index].name: result
                for index, result in answers.items()
                if not self.questions[index].is_trap}

    def _answers(self, text):
        """Results by index of the question: those with the right word."""
        words = {}
        for index, question in enumerate(self.questions):
            words[question.passed] = index, question.name, True
            words[question.failed] = index, question.name, False
        answers = {}
        for word, name, result in LINE.findall(text):
            index, asked, passed = words.get(word, (None, None, None))
            if name != asked or passed != (result == "ok"):
                continue
            if answers and index <= max(answers):
                raise Distrusted(f"{name}: results came in another order than "
                                 "they were asked for. None counts")
            answers[index] = result
        return answers


class Proof:
    """For commands of which only the success counts: it is told by a word, and
    another word tells that failures are no longer failures. `trap` is a
    command that fails: the same program, if it can be asked to."""

    def __init__(self, trap="false"):
        self._trap = trap
        self._success = secrets.token_hex(8)
        self._lie = secrets.token_hex(8)

    def script(self, commands):
        return f"{self._trap} && echo {self._lie}\n" \
            f"{commands.strip()} && echo {self._success}\n"

    def output(self, text):
        """What the commands printed. Raises Distrusted unless they came to
        their end, with success."""
        before, _, after = text.partition(f"{self._success}\n")
        if self._lie in text:
            raise Distrusted(f"{self._trap} has failed, and the guest says "
                             "that it has not: no result counts")
        if f"{self._success}\n" not in text or after:
            raise Distrusted("the machine ended as if all had gone well, but "
                             "the commands did not come to their end")
        return before
