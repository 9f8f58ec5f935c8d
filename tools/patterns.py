# SPDX-License-Identifier: Apache-2.0
"""
The patterns of messages/: what they mean, and how they become sequences of words.

A pattern is a sequence of words, compared without case and without what stands between words:
    word          just it; what follows a sign other than a letter or digit is another word
    word*         anything that begins so
    ?  *  **      up to 3, 10 or 30 words of any kind
    (a|b c|)      one of these; an empty one means that it may be left out
    [a b]         may be left out
    (110)         the number, in parentheses in the text too
    a & b         both, in either order and up to 10 words apart
    {NAME}        the value of "define: NAME = ..."
"""

import itertools
import re

GAPS = {"?": 3, "*": 10, "**": 30}
EXPANSIONS_MAX = 3000
PREFIX, PAREN = 1, 2
LATIN_FIRST = 0xC0
# The letters from LATIN_FIRST on without their accents; a point: none. As in letter.c.
LATIN = (
    "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
)


def fold(c):
    """The small letter of a code point without its accent, 0 for an accent; as letter.c has it."""
    if LATIN_FIRST <= c < LATIN_FIRST + len(LATIN) and LATIN[c - LATIN_FIRST] != ".":
        return ord(LATIN[c - LATIN_FIRST])
    if 0x300 <= c <= 0x36F:
        return 0
    if 0x41 <= c <= 0x5A or 0x391 <= c <= 0x3A9 or 0x410 <= c <= 0x42F:
        return c + 0x20
    if 0x400 <= c <= 0x40F:
        return c + 0x50
    if 0x531 <= c <= 0x556:
        return c + 0x30
    return c


def is_separator(c):
    """Does it stand between words? As in token.c."""
    if c < 0x80:
        return not chr(c).isalnum()
    return (c < 0xC0 or c in (0xD7, 0xF7, 0x60C, 0x61B, 0x61F, 0x964, 0x965)
            or 0x2000 <= c <= 0x206F or 0x3000 <= c <= 0x303F or 0xFF01 <= c <= 0xFF0F
            or 0xFF1A <= c <= 0xFF20 or 0xFF3B <= c <= 0xFF40 or 0xFF5B <= c <= 0xFF65)


def is_word_alone(c):
    """Scripts without blanks between words: each character counts as a word. As in token.c."""
    return 0x2E80 <= c <= 0xD7AF or 0xF900 <= c <= 0xFAFF


def split_words(text):
    """The words of a text, as token.c finds them."""
    words, word = [], ""
    for c in filter(None, map(fold, map(ord, text))):
        if is_separator(c) or is_word_alone(c):
            if word:
                words.append(word)
            word = ""
            if not is_separator(c):
                words.append(chr(c))
        else:
            word += chr(c)
    return words + ([word] if word else [])


def split_alternatives(text):
    """At each | that stands in no parentheses or brackets."""
    parts, depth, part = [], 0, ""
    for c in text:
        depth += (c in "([") - (c in ")]")
        if c == "|" and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += c
    return [*parts, part]


def closing(text, begin):
    """Where the group that begins at text[begin] ends."""
    depth = 0
    for i in range(begin, len(text)):
        depth += (text[i] in "([") - (text[i] in ")]")
        if depth == 0:
            return i
    raise ValueError(f"no end to the group at {text[begin:]!r}")


def expand(text):
    """All texts without groups that a pattern stands for."""
    match = re.search(r"\((?!\d+\))|\[", text)
    if not match:
        return [text]
    begin = match.start()
    end = closing(text, begin)
    inner = split_alternatives(text[begin + 1:end]) + ([""] if text[begin] == "[" else [])
    heads = [text[:begin] + " " + middle + " " for part in inner for middle in expand(part)]
    return [head + tail for head, tail in itertools.product(heads, expand(text[end + 1:]))]


def compile_words(text):
    """One text without groups to items: (gap before, word, flags)."""
    items, gap = [], 0
    for piece in text.split():
        if piece in GAPS:
            gap = max(gap, GAPS[piece])
            continue
        flags = PAREN if re.fullmatch(r"\(\d+\)", piece) else 0
        words = split_words(piece)
        for i, word in enumerate(words):
            is_prefix = piece.endswith("*") and i == len(words) - 1
            items.append((gap if items else 0, word, flags | (PREFIX if is_prefix else 0)))
            gap = 0
    return tuple(items)


def orders(text):
    """The pattern with what stands between & in each order."""
    parts = text.split(" & ")
    return [" * ".join(order) for order in itertools.permutations(parts)]


def compile_pattern(text, macros):
    """All item sequences that a pattern stands for, in a stable order."""
    for _ in range(4):
        text = re.sub(r"\{(\w+)\}", lambda m: f"({macros[m[1]]})", text)
    expansions = [order for words in orders(text) for order in expand(words)]
    if len(expansions) > EXPANSIONS_MAX:
        raise ValueError(f"{len(expansions)} expansions: {text}")
    return list(dict.fromkeys(items for items in map(compile_words, expansions) if items))
