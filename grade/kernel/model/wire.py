"""grade/kernel/model/wire.py: the messages between the grader and its
processes, as in subject/subject.h."""

import struct
from dataclasses import dataclass
from enum import IntEnum

ROLES = 9               # 0 forks and ends the others
OPS_MAX = 8
SENDS_MAX = 4
REPLIES_MAX = 4
FRESH = 1000            # the count in the first reply of a process

ORDER_SIZE = 8 * (3 + 4 * OPS_MAX)
REPLY_SIZE = 8 * (2 + OPS_MAX)

# Indices of the post's words, and of the beginnings of its arrays.
NONCE, NUMBER, DONE, WHAT, SENDS, REPLIES, FIGURES = 0, 1, 2, 3, 4, 5, 6
FIGURE_NAMES = ("free", "procs", "shared", "total")
SEND_AT = 8 * (FIGURES + len(FIGURE_NAMES))
REPLY_AT = SEND_AT + SENDS_MAX * (8 + ORDER_SIZE)
POST_SEND, POST_VMSTAT, POST_END = 1, 2, 3

# Indices of a mark's words.
MARK_NONCE, MARK_ROLE, MARK_SHOWN, MARK_SEEN = range(4)

WORD = (1 << 64) - 1


class Op(IntEnum):
    """The operations, with their arguments."""

    LOAD = 0            # va
    STORE = 1           # va, bytes, seed (see reference.pattern)
    SUM = 2             # va, bytes
    SBRK = 3            # bytes
    FORK = 4            # role, 1: only allocations of the fork can fail
    FORK_IN_VAIN = 5
    EXEC = 6            # program, extra arguments, va of their array or 0
    EXIT = 7            # status
    WAIT = 8            # va
    KILL = 9            # pid (in a program, the role)
    PIPE = 10           # va, seed
    PIPE_READ = 11      # va, bytes
    PIPE_WRITE = 12     # va, bytes
    FILE_READ = 13      # va, bytes, offset
    FILE_WRITE = 14     # va, bytes, offset
    FSTAT = 15          # va, seed; returns the size of the file
    FAIL = 16           # which allocation fails; 0: none
    SHOW = 17           # number
    WATCH = 18          # role
    CALL = 19           # va
    OPEN = 20           # va, bytes, which file
    HOG = 21            # the most bytes to allocate
    CROWD = 22          # processes, va, byte
    FLOAT_SET = 23      # seed
    FLOAT_SUM = 24
    NAME = 25           # va
    ARGS = 26           # va of argv, va of the environment
    EMPTY = 27          # bytes in the pipe
    TOUCH = 28          # va, pages, byte
    MMAP = 29           # va, bytes, rights | flags << 8 | offset << 32
    MUNMAP = 30         # va, bytes
    MPROTECT = 31       # va, bytes, rights
    MADVISE = 32        # va, bytes, advice
    PROMISED = 33       # the bytes that all programs were promised


@dataclass(frozen=True)
class Reply:
    role: int
    count: int
    results: tuple

    @property
    def is_fresh(self):
        return self.count == FRESH


def pack_order(ops, watched=False, start=0):
    """`ops` are tuples of a code and up to three arguments. `start` is in
    ticks of the guest's clock from now."""
    words = [len(ops), int(watched), start]
    for op in ops:
        words += [*op, 0, 0, 0][:4]
    words += [0] * (ORDER_SIZE // 8 - len(words))
    return struct.pack(f"<{len(words)}Q", *(word & WORD for word in words))


def unpack_reply(data):
    role, count, *results = struct.unpack(f"<2Q{OPS_MAX}q", data)
    return Reply(role, count, tuple(results))
