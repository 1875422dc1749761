#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Functions and words of banned.txt; an exemption that nothing needs any more is a finding too."""

import fnmatch
import re

import sources

where, bans, allows = {}, [], {}
for number, line in sources.rows("banned.txt"):
    verb, name, rest = line.split(None, 2)
    if verb == "where":
        where.setdefault(name, []).extend(rest.split())
        continue
    names, _, why = rest.partition(": ")
    if not why or verb not in ("ban", "allow"):
        sources.found(f"tests/lint/banned.txt:{number}", "a line without its reason or its verb")
    elif verb == "ban":
        bans += [(name, word, why) for word in names.split()]
    else:
        for word in names.split():
            allows[name, word] = number


def inside(path, places):
    for place in places:
        if place.endswith("*"):
            if path.startswith(place[:-1]):
                return True
        elif path.startswith(place + "/") or path.rsplit(".", 1)[0] == place:
            return True
    return False


def last_argument(code, at):
    """The last argument of the call whose `(` is at `at`."""
    depth, start = 0, at + 1
    for i in range(at, len(code)):
        if code[i] in "([{":
            depth += 1
        elif code[i] in ")]}":
            depth -= 1
            if depth == 0:
                return code[start:i].strip()
        elif code[i] == "," and depth == 1:
            start = i + 1
    return ""


def pattern(word):
    name, call, kind = word.partition("(")
    regex = r"(?<![A-Za-z0-9_.>])" + re.escape(name).replace(r"\*", r"\w*").replace("_double", r"\s+double")
    return re.compile(regex + (r"\s*(\()" if call else r"(?!\w)")), kind.startswith("..")


compiled = [(name, word, why, *pattern(word)) for name, word, why in bans]
used = set()
for path in sources.files((".c", ".h", ".def")):
    text = sources.read(path)
    code = sources.code_only(text)
    for name, word, why, regex, wants_null in compiled:
        if not inside(path, where[name]) or path == "src/base/compiler.h":
            continue
        for match in regex.finditer(text if why == "open an issue" else code):
            if wants_null and last_argument(code, match.start(1)) != "NULL":
                continue
            excuse = next((key for key in allows
                           if key[1] == word and fnmatch.fnmatch(path, key[0])), None)
            if excuse:
                used.add(excuse)
                continue
            line = sources.line_of(text, match.start())
            sources.found(f"{path}:{line}", f"{word.replace('(..NULL)', '')} is banned here; use {why}")

for (path, word), number in allows.items():
    if (path, word) not in used:
        sources.found(f"tests/lint/banned.txt:{number}", f"{path} does not need {word} any more")
sources.finish()
