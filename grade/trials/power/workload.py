"""grade/trials/power/workload.py: make scripts for a guest whose power may
fail.

A Script has the lines that one boot gives to grade/trials/programs/power.c,
each with the error number that its call must return. Calls belong to Actors,
each of which works in its own folder and records what a reader must see after
each of its calls.
"""

import itertools

from grade.trials.power.expected import Model

# The sizes fit the disks of recording.py.
INITIAL = 5000          # bytes of the file that exists at first
ALTERNATE = 8           # every 8th workload begins without that file

# A workload is up to three of these actions, in any order. %d is a number that
# is used once. A `sync` here is in the middle of an action; others are added
# between actions.
ACTIONS = {
    "create": ("create a", "create b"),
    "write": ("write a 6000 %d 2000",),
    "append": ("append a 5000 %d",),
    "truncate": ("truncate a",),
    "move": ("link a b", "unlink a"),
    "rename": ("rename a b",),
    "replace": ("rename b a",),
    "mkdir": ("mkdir d", "create d/e"),
    "unlink": ("unlink a",),
    "far": ("write a 9000 %d 38000",),      # needs a table of blocks
    "orphan": ("hold a", "unlink a", "fill 5000 %d", "release"),
    "late orphan": ("hold a", "fill 3000 %d", "unlink a", "sync", "release"),
}
LENGTHS = (1, 2, 3)


class Actor:
    """Makes calls in one folder. `states` has the contents of the folder
    before and after each call."""

    def __init__(self, folder, files):
        self.folder = folder
        self.files = files
        self.model = Model(files)
        self.states = [self.model.seen()]

    def call(self, line):
        """Make the call in the model. Returns the line for the guest's
        script."""
        name, *words = line.split()
        why = self.model.call(name, words)
        self.states.append(self.model.seen())
        return " ".join([str(why), name, *self._absolute(name, words)])

    def _absolute(self, name, words):
        """The words with paths as the guest needs them."""
        paths = {"link": 2, "rename": 2, "fill": 0, "release": 0}.get(name, 1)
        return [f"/{self.folder}/{word}" if i < paths else word
                for i, word in enumerate(words)]


class Script:
    """`marks` has the number of calls of each actor at each mark."""

    def __init__(self):
        self.actors = []
        self.lines = []
        self.marks = []

    def actor(self, files):
        self.actors.append(Actor(f"w{len(self.actors)}", files))
        return self.actors[-1]

    def add(self, actor, line):
        self.lines.append(actor.call(line))

    def sync(self):
        """Add a sync, after which the guest reports it and waits."""
        self.lines += ["0 sync", "mark"]
        self.marks.append([len(a.states) - 1 for a in self.actors])

    def disk(self):
        """The files on the disk at first, by path, with None for a folder."""
        files = {"/script": ("\n".join(self.lines) + "\n").encode()}
        for actor in self.actors:
            files[f"/{actor.folder}"] = None
            for name, data in actor.files.items():
                files[f"/{actor.folder}/{name}"] = data
        return files


def combinations():
    """Every workload: the actions, and for each but the last whether a sync
    follows it. The last one is always synced."""
    for length in LENGTHS:
        for actions in itertools.product(ACTIONS, repeat=length):
            for syncs in itertools.product((False, True), repeat=length - 1):
                yield actions, (*syncs, True)


def short_script(workloads):
    """A script of those workloads, one after the other."""
    script = Script()
    seeds = itertools.count(1)
    for number, _ in enumerate(workloads):
        there = {"a": bytes(range(250)) * (INITIAL // 250)}
        script.actor({} if number % ALTERNATE == 0 else there)
    for actor, (actions, syncs) in zip(script.actors, workloads):
        for action, synced in zip(actions, syncs):
            for line in ACTIONS[action]:
                if line == "sync":
                    script.sync()
                else:
                    script.add(actor, line.replace("%d", str(next(seeds))))
            if synced:
                script.sync()
    return script


class RandomCalls:
    """Calls that mostly succeed, on few names, so that they often use the same
    file."""

    NAMES = ("a", "b", "c", "d", "d/a", "d/b", "e", "e/a")
    LENGTHS = (1, 100, 4096, 5000, 20000, 60000)

    def __init__(self, random):
        self._random = random

    def next(self):
        """The line of a call."""
        pick = self._random.choice
        name = pick(("create", "write", "write", "append", "append", "link",
                     "unlink", "unlink", "rename", "truncate", "mkdir"))
        words = [name, pick(self.NAMES)]
        if name in ("link", "rename"):
            words.append(pick(self.NAMES))
        if name in ("write", "append"):
            words += [str(pick(self.LENGTHS)),
                      str(self._random.randrange(1, 10**6))]
        if name == "write":
            words.append(str(self._random.randrange(90000)))
        return " ".join(words)


def long_script(random, actors, calls, phase):
    """Random calls by as many concurrent processes as there are actors. All of
    them exit, followed by a sync, after `phase` calls each."""
    script = Script()
    source = RandomCalls(random)
    for _ in range(actors):
        script.actor({})
    for done in range(0, calls, phase):
        for actor in script.actors:
            script.lines += ["fork"]
            for _ in range(min(phase, calls - done)):
                script.add(actor, source.next())
            script.lines += ["end"]
        script.lines += ["wait"]
        script.sync()
    return script
