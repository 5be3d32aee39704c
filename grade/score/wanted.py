"""grade/score/wanted.py: which tests TESTS selects.

TESTS is an expression of pytest's -k, whose words may be part of a test's name
or title, or it is a piece of a title, as copied from the output of a run: then
a test is selected if all its words are in the title.
"""

import re

OPERATORS = ("and", "or", "not")
# Names joined by operators: an expression in every version of pytest.
NAME = r"(?:not +)*(?!(?:and|or|not)\b)\w[\w.-]*"
NAMES = re.compile(rf"{NAME}(?: +(?:and|or) +{NAME})*")
LINE_END = re.compile(r" \.{2,} .*")    # after the title: dots and points

# Tests with a title that has all words of TESTS get this keyword.
HAS_WORDS = "calf_title_has_the_words_of_TESTS"

COMPLAINT = "must be words of a test's name or title, or names joined by " \
    "and, or, not"


def title_words(text):
    """The words that a title must have; none if the text cannot be a piece of
    a title."""
    words = LINE_END.sub("", text).lower().split()
    operator_at_end = words and (
        words[0] in OPERATORS[:2] or words[-1] in OPERATORS)
    if operator_at_end or text.startswith("-") or not re.search(r"\w", text):
        return []
    return words


def keywords(title, text):
    """What -k may match in addition to a test's name."""
    words = title_words(text)
    found = [title]
    if words and all(word in title.lower() for word in words):
        found.append(HAS_WORDS)
    return found


def expression(text, pytest_takes):
    """The expression for -k, or None if the text is neither an expression
    nor a piece of a title. Most texts are so plain that pytest, which takes
    half a second to begin, need not be asked."""
    if NAMES.fullmatch(text) or pytest_takes("-k", text):
        return text
    return HAS_WORDS if title_words(text) else None
