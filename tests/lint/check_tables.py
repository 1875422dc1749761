#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A table and its files agree: file without line, line without file, entry without help."""

import glob
import os
import re

import sources


def lines(path, macro):
    """(line number, arguments) of each MACRO(...) of a .def."""
    text = sources.code_only(sources.read(path), keep_text=True)
    for match in re.finditer(rf"^{macro}\(((?:[^()\"]|\"(?:\\.|[^\"\\])*\")*)\)", text, re.M):
        words = re.findall(r'\s*((?:"(?:\\.|[^"\\])*"|[^,"])+)', match.group(1))
        yield sources.line_of(text, match.start()), [word.strip() for word in words]


# table, its macro, a file of an entry, what that file defines (NAME stands for the entry), and where
# a definition without a line is looked for.
TABLES = [
    ("src/provider/providers.def", "PROVIDER", "src/provider/NAME.c",
     r"^const struct \w+ provider_(NAME)\b", "src/provider/*.c"),
    ("src/cli/commands.def", "COMMAND", None,
     r"^const struct command command_(NAME)\b", "src/cli/*.c"),
    ("src/parse/formats.def", "FORMAT", None, r"^bool (NAME)_parse\(", "src/parse/*.c"),
    ("src/parse/codecs.def", "CODEC", "src/parse/codec_NAME.c", r"^bool (NAME)_decode\(", "src/parse/codec_*.c"),
    ("src/work/stages.def", "STAGE", "src/work/stage_NAME.c",
     r"^const struct \w+ stage_(NAME)\b", "src/work/stage_*.c"),
    ("ui/screens.def", "SCREEN", "ui/screen/NAME.c", r"^const struct screen\w* screen_(NAME)\b", "ui/screen/*.c"),
    ("src/daemon/rpc_methods.def", "METHOD", None, r"^void (rpc_NAME)\(struct rpc_call \*", "src/daemon/rpc_*.c"),
]

for table, macro, file, definition, where in TABLES:
    if not sources.exists(table):
        if file and glob.glob(os.path.join(sources.ROOT, file.replace("NAME", "*"))) and "_NAME" in file:
            sources.found(table, "is missing, its files are there")
        continue
    defined = {}
    for path in sorted(glob.glob(os.path.join(sources.ROOT, where))):
        path = os.path.relpath(path, sources.ROOT)
        if path == table.replace(".def", ".c"):  # the one that walks the table
            continue
        text = sources.code_only(sources.read(path))
        for match in re.finditer(definition.replace("NAME", r"\w+"), text, re.M):
            defined[match.group(1)] = f"{path}:{sources.line_of(text, match.start())}"
    listed = set()
    for number, words in lines(table, macro):
        name = words[1] if macro == "METHOD" else words[0]
        listed.add(name)
        if name not in defined:
            sources.found(f"{table}:{number}", f"nothing defines {name}")
        elif file and defined[name].split(":")[0] != file.replace("NAME", name):
            sources.found(f"{table}:{number}", f"{name} is not in {file.replace('NAME', name)}")
    if not listed:
        sources.found(table, f"has no line {macro}(...)")
    for name, place in sorted(defined.items()):
        # An rpc_* function may also be a helper that other rpc_*.c call: then a header names it.
        if name not in listed and not (macro == "METHOD" and any(
                re.search(rf"\b{name}\b", sources.read(h)) for h in sources.files((".h",), ("src/daemon",)))):
            sources.found(place, f"{name} has no line in {table}")

# Help: the last argument of these lines, and a field of a command.
for table, macro in [("src/config/options.def", "OPTION"), ("src/core/usage_dims.def", "DIM"),
                     ("src/core/usage_flags.def", "USAGE_FLAG"), ("ui/kit/requests.def", "REQUEST")]:
    if sources.exists(table):
        for number, words in lines(table, macro):
            if not words[-1].startswith('"') or len(words[-1]) < 5:
                sources.found(f"{table}:{number}", f"{words[0]} {words[1]} has no help")
for path in sources.files((".c",), ("src/cli",)):
    text = sources.read(path)
    for match in re.finditer(r"^const struct command command_(\w+) = \{(.*?)^\};", text, re.M | re.S):
        place = f"{path}:{sources.line_of(text, match.start())}"
        body = match.group(2)
        if not re.search(r'\.summary = "[^"]{5,}', body):
            sources.found(place, f"command {match.group(1)} has no summary")
        examples = re.search(r"\.examples = \{(.*?)\}", body, re.S)
        if not examples or len(re.findall(r'"(?:\\.|[^"\\])+"', examples.group(1))) < 2:
            sources.found(place, f"command {match.group(1)} has not two examples")

# The protocol's manual names every method, and no other.
if sources.exists("src/daemon/rpc_methods.def"):
    methods = {words[0].strip('"') for _, words in lines("src/daemon/rpc_methods.def", "METHOD")}
    readme = sources.read("src/daemon/README.md")
    section = readme.split("## Requests", 1)[-1].split("\n## ", 1)[0]
    told = set()
    for row in re.findall(r"^\| (`[^|]*) \|", section, re.M):
        for name in re.findall(r"`([^`]+)`", row):
            told.add(name if not name.startswith(".") else row.split("`")[1].split(".")[0] + name)
    for name in sorted(methods - told):
        sources.found("src/daemon/README.md", f"method {name} is not described")
    for name in sorted(told - methods):
        sources.found("src/daemon/README.md", f"{name} is described, but no line of rpc_methods.def")

# Named queries: each is used, each use exists.
queries, used = {}, {}
for path in sources.files((".sql",), ("assets/sql",)):
    text = sources.read(path)
    for match in re.finditer(r"^-- name: (\w+)", text, re.M):
        if match.group(1) in queries:
            sources.found(f"{path}:{sources.line_of(text, match.start())}", f"{match.group(1)} is named twice")
        queries[match.group(1)] = f"{path}:{sources.line_of(text, match.start())}"
for path in sources.files((".c", ".h"), ("src/store",)):
    text = sources.code_only(sources.read(path))
    for match in re.finditer(r"\bsql_(\w+)\b", text):
        used.setdefault(match.group(1), f"{path}:{sources.line_of(text, match.start())}")
for name in sorted(set(queries) - set(used)):
    if used:
        sources.found(queries[name], f"query {name} is used by nobody")
sources.finish()
