#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each public prototype has a comment in its paragraph; each file says at its top what it is for;
folders have a README.

A paragraph ends at an empty line: one comment may introduce several prototypes in it."""

import os
import re

import sources

PROTOTYPE = re.compile(
    r"^(?!typedef|static|return|extern \"C\"|#)[A-Za-z_][\w \t\*]*?\b(\w+)\s*\([^;{}]*\)[^;{}]*;", re.M | re.S)
README_MAX = 40

for path in sources.files((".h",)):
    text = sources.read(path)
    code = sources.code_only(text)
    depth, outside = 0, []
    for c in code:  # blank the insides of structs and of inline functions
        depth -= c == "}"
        outside.append(c if depth == 0 or c == "\n" else " ")
        depth += c == "{"
    flat = "".join(outside)
    for match in PROTOTYPE.finditer(flat):
        start, end = match.start(), match.end()
        top = max(text.rfind("\n\n", 0, start), 0)
        bottom = text.find("\n", end)
        if "/*" not in text[top:bottom if bottom >= 0 else None]:
            sources.found(f"{path}:{sources.line_of(text, start)}", f"{match.group(1)} has no comment")

for path in sources.files((".c", ".h", ".def"), ("src", "ui", "tests/lib", "tests/unit")):
    lines = sources.read(path).splitlines()
    if path.endswith(".def"):
        if not lines or not lines[0].startswith("/* to add"):
            sources.found(path, "does not begin with `/* to add …`")
    elif len(lines) < 2 or "SPDX-License-Identifier: MIT" not in lines[0]:
        sources.found(path, "does not begin with its SPDX line")
    elif not lines[1].startswith("/*"):
        sources.found(path, "does not say at its top what it is for")

folders = {os.path.dirname(path) for path in sources.files((".c", ".h"))}
for folder in sorted(folders):
    readme = folder + "/README.md"
    if not sources.exists(readme) and folder not in ("ui/kit", "ui/widget", "ui/screen"):
        sources.found(folder, "has no README.md")
    elif sources.exists(readme) and folder != "src/daemon":  # that one is the protocol's manual
        lines = sources.read(readme).count("\n")
        if lines > README_MAX:
            sources.found(readme, f"has {lines} lines: at most {README_MAX}")
sources.finish()
