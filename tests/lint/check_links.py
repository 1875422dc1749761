#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What each program links, shared and static: purser neither curl nor SQLite, purserd no document
library and no terminal, purser-parse no network. Programs that are not built yet are told and skipped."""

import os
import re
import subprocess

import sources

# program: shared objects and symbols (of static libraries) that it must not have
FORBIDDEN = {
    "purser": (["libcurl", "libsqlite3", "libseccomp", "libtesseract", "libarchive", "libxml2", "libpng", "libwebp"],
               ["fz_", "pdf_load", "curl_", "sqlite3_"]),
    "purserd": (["libncurses", "libtinfo", "libtesseract", "libarchive", "libxml2", "libpng", "libwebp",
                 "libturbojpeg", "libmd4c"], ["fz_", "pdf_load", "initscr", "newterm", "md_parse"]),
    "purser-parse": (["libcurl", "libsqlite3", "libuv", "libncurses"], ["uv_", "curl_", "sqlite3_"]),
}
for program, (objects, prefixes) in FORBIDDEN.items():
    path = os.path.join(sources.BUILD, program)
    if not os.path.exists(path):
        print(f"({program} is not built: skipped)")
        continue
    dynamic = subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=False).stdout
    for needed in re.findall(r"\(NEEDED\).*\[(.*?)\]", dynamic):
        if any(needed.startswith(name) for name in objects):
            sources.found(program, f"links {needed}")
    names = {name for kind, name in sources.symbols(path) if kind in "TUDBRW"}
    for prefix in prefixes:
        hits = sorted(name for name in names if re.match(rf"{prefix}[a-z]", name) or name == prefix)
        if hits:
            sources.found(program, f"contains {hits[0]} and {len(hits) - 1} more of {prefix}*")
sources.finish()
