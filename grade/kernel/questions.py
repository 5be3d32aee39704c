"""grade/kernel/questions.py: the tests that a boot is asked to run, so that
a kernel cannot know the answers.

Everything that a guest prints goes through its kernel, which may print
anything. So for each boot, each test gets a nonce, from which the test's
program makes one word if it passes and another one if it fails, and some of
the tests are made to fail. A kernel that prints results, turns "FAILED" into
"ok", or lets every process end successfully either does not know the words or
is found out by these traps. The questions are all alike: whether one is a trap
only shows when the hash of its nonce is computed (user/lib/asked.c).

This only stops cheap tricks. A kernel can compute what its programs compute;
what must withstand that is checked from outside (grade/kernel/outside).
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


# What hashes of a nonce are for, as in user/lib/asked.c. Each byte of a reason
# has a purpose of its own, from REASON on.
PASSED, FAILED, SEAL, REASON = range(4)
WORD = (1 << 64) - 1


def hash_of(nonce, purpose):
    """The same as in user/lib/asked.c."""
    value = purpose
    for byte in nonce.encode():
        value = (value ^ byte) * 0x9e3779b97f4a7c15 & WORD
        value ^= value >> 29
    return value


def word_of(nonce, purpose):
    return f"{hash_of(nonce, purpose):016x}"


class Question:
    """A test to run. A trap must fail, for a reason like any other."""

    def __init__(self, test, is_trap=False):
        self.group, self.name = test
        self.is_trap = is_trap
        self.nonce = secrets.token_hex(8)
        self.passed = word_of(self.nonce, PASSED)
        self.failed = word_of(self.nonce, FAILED)

    def line(self):
        seal = word_of(self.nonce, SEAL) if self.is_trap \
            else secrets.token_hex(8)
        reason = bytes(
            byte ^ hash_of(self.nonce, REASON + index) & 0xff
            for index, byte in enumerate(excuse(self.name).encode()))
        return f"{self.group} {self.name} {self.nonce} {seal} " \
            f"{reason.hex()}\n"


class Asked:
    """The tests that one boot is asked to run, with traps among them, taken
    from `baits`. Both are lists of (group, name)."""

    def __init__(self, tests, baits, traps=TRAPS):
        self.questions = [Question(test) for test in tests]
        for bait in random.sample(baits, min(traps, len(baits))):
            self.questions.insert(
                random.randrange(len(self.questions) + 1),
                Question(bait, is_trap=True))

    def files(self):
        """The files for the image: text by name in the guest."""
        return {FILE: "".join(q.line() for q in self.questions)}

    def results(self, text, ending):
        """"ok", or "FAILED (reason)", by test, for those that finished. Raises
        Distrusted if the results contradict each other."""
        answers = self._answers(text)
        for index in range(max(answers, default=-1) + 1):
            question = self.questions[index]
            if question.is_trap and answers.get(index) in (None, "ok"):
                raise Distrusted(
                    f"{question.name} was made to fail, but the guest "
                    f"reports: {answers.get(index, 'nothing')}. No result of "
                    "this boot counts")
        if len(answers) == len(self.questions) \
                and ending.status != STATUS_FAILED:
            raise Distrusted(
                f"usertests had failures to report, but the machine ended "
                f"with status {ending.status}. No result of this boot counts")
        return {self.questions[index].name: result
                for index, result in answers.items()
                if not self.questions[index].is_trap}

    def readable(self, text):
        """The same without words, and without what traps report."""
        asked = {word: question for question in self.questions
                 for word in (question.passed, question.failed)}
        lines = []
        for line in text.splitlines():
            word, _, rest = line.partition(" ")
            if word not in asked:
                lines.append(line)
            elif not asked[word].is_trap:
                lines.append(rest)
        return "".join(f"{line}\n" for line in lines)

    def _answers(self, text):
        """Results by the index of the question, if they have the right
        word."""
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
                raise Distrusted(f"{name}: the results are not in the order "
                                 "of the questions. None of them counts")
            answers[index] = result
        return answers


class Proof:
    """Checks commands that must succeed. The guest prints one word if they do,
    and another one if it takes a failure for a success. `trap` is a command
    that fails, preferably of the same program."""

    def __init__(self, trap="false"):
        self._trap = trap
        self._success = secrets.token_hex(8)
        self._lie = secrets.token_hex(8)

    def script(self, commands):
        return f"{self._trap} && echo {self._lie}\n" \
            f"{commands.strip()} && echo {self._success}\n"

    def output(self, text):
        """What the commands printed. Raises Distrusted unless they finished
        successfully."""
        before, _, after = text.partition(f"{self._success}\n")
        if self._lie in text:
            raise Distrusted(f"{self._trap} failed, but the guest reports "
                             "that it succeeded: no result counts")
        if f"{self._success}\n" not in text or after:
            raise Distrusted("the machine ended with success, but the "
                             "commands did not finish")
        return before
