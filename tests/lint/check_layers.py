#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every #include is allowed to its folder or its file by layers.txt, and its arrows point one way."""

import os

import sources

groups, may = {}, {}
for number, line in sources.rows("layers.txt"):
    word = line.split()
    if word[0] == "group":
        groups.setdefault(word[1], set()).update(word[2:])
    else:
        may.setdefault(word[0], set()).update(word[1:])


def allowed(who):
    words = may.get(who, set())
    return words.union(*(groups[word] for word in words if word in groups))


for path in sources.files((".c", ".h", ".def")):
    folder, file = os.path.dirname(path), os.path.splitext(path)[0]
    if folder not in may:
        sources.found(path, f"folder {folder} has no line in tests/lint/layers.txt")
        continue
    words = allowed(folder) | allowed(file)
    for line, foreign, what in sources.includes(path):
        if foreign:
            if f"<{what}>" not in words:
                sources.found(f"{path}:{line}", f"{file} must not include <{what}>")
            continue
        to = sources.target(what)
        if not (os.path.dirname(to) == folder or os.path.dirname(to) in words
                or os.path.splitext(to)[0] in words):
            sources.found(f"{path}:{line}", f"{folder} must not include \"{what}\"")

# The arrows between folders themselves must not turn back.
state = {}


def walk(folder, way):
    if state.get(folder) == "done":
        return
    if folder in way:
        sources.found("tests/lint/layers.txt", "goes round: " + " -> ".join(way + [folder]))
        return
    for to in sorted(allowed(folder)):
        if to in may:
            walk(to, way + [folder])
    state[folder] = "done"


for folder in list(may):
    walk(folder, [])
sources.finish()
