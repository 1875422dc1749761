# SPDX-License-Identifier: MIT
"""The tree as the checks see it: which files, their text without comments, their includes.

LINT_ROOT is the tree (by default the one this file lies in), LINT_BUILD its build with the preset
`dev`. A check prints one line a finding, `file:line: sentence`, and exits 1 when there was one."""

import os
import re
import subprocess
import sys

ROOT = os.environ.get("LINT_ROOT") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("LINT_BUILD") or os.path.join(ROOT, "build", "dev")
HERE = os.path.join(ROOT, "tests", "lint")

_findings = 0


def found(where, sentence):
    """Prints a finding; `where` is `file` or `file:line`."""
    global _findings
    _findings += 1
    print(f"{where}: {sentence}")


def finish():
    sys.exit(1 if _findings else 0)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def exists(path):
    return os.path.exists(os.path.join(ROOT, path))


def files(suffixes, folders=("src", "ui")):
    """Paths below the folders, relative to the root, in order."""
    paths = []
    for folder in folders:
        for where, _, names in os.walk(os.path.join(ROOT, folder)):
            paths += [os.path.relpath(os.path.join(where, name), ROOT) for name in names
                      if name.endswith(tuple(suffixes))]
    return sorted(paths)


_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code_only(text, keep_text=False):
    """The text with comments and, unless keep_text, what stands in quotes blanked; lines stay."""
    def blank(match):
        token = match.group()
        if keep_text and token[0] in "\"'":
            return token
        blanked = re.sub(r"[^\n]", " ", token)
        return token[0] + blanked[1:-1] + token[-1] if token[0] in "\"'" else blanked
    return _TOKEN.sub(blank, text)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)


def includes(path):
    """(line, is it foreign, what) of every #include."""
    text = code_only(read(path), keep_text=True)
    return [(line_of(text, m.start(1)), m.group(1) == "<", m.group(2))
            for m in _INCLUDE.finditer(text)]


def target(what):
    """Where `#include "what"` points: a path below the root; generated files are src/sql, src/assets."""
    return what if what.startswith("ui/") else "src/" + what


def rows(name):
    """The lines of a file of this folder without comments: (number, text)."""
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.split("#", 1)[0].strip()
            if line:
                yield number, line


def objects():
    """{source path: object file} of the programs' own objects in the build."""
    at = {}
    for where, folders, names in os.walk(os.path.join(BUILD, "CMakeFiles")):
        for name in names:
            path = os.path.join(where, name)
            match = re.search(r"/[A-Za-z_-]+\.dir/((?:src|ui)/.*\.c)\.o$", path)
            if match and exists(match.group(1)):
                at[match.group(1)] = path
    return at


def symbols(path):
    """(type letter, name) of every symbol of an object or program, as nm tells it."""
    out = subprocess.run(["nm", "-P", path], capture_output=True, text=True, check=False).stdout
    return [(word[1], word[0]) for word in (line.split() for line in out.splitlines())
            if len(word) >= 2]


def symbol_graph():
    """{source: {source it calls or reads}} by who uses and who defines each global symbol."""
    defines, uses = {}, {}
    for source, path in objects().items():
        for kind, name in symbols(path):
            if kind in "TDBRVWC":
                defines.setdefault(name, source)
            elif kind == "U":
                uses.setdefault(source, set()).add(name)
    return {source: {defines[name] for name in names if name in defines} - {source}
            for source, names in uses.items()}
