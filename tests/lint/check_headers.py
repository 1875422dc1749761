#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each header compiles alone, and its guard is FOLDER_FILE_H."""

import concurrent.futures
import os
import re
import subprocess

import sources

PACKAGES = ["libuv", "libcurl", "libcjson", "sqlite3", "ncursesw", "yaml-0.1", "libpng", "libwebp",
            "libturbojpeg", "libseccomp", "md4c"]
flags = subprocess.run(["pkg-config", "--cflags", *PACKAGES], capture_output=True, text=True,
                       check=False).stdout.split()
command = [os.environ.get("CC", "cc"), "-std=c11", "-D_GNU_SOURCE", "-DPURSER_VERSION=\"0\"", "-Wall",
           "-Wextra", "-Wpedantic", "-Wstrict-prototypes", "-Werror", "-fsyntax-only", "-x", "c",
           "-I" + os.path.join(sources.ROOT, "src"), "-I" + sources.ROOT,
           "-I" + os.path.join(sources.BUILD, "gen"), "-isystem", "/usr/share/include/llhttp", *flags]


def compiled(path):
    # Through a file that includes it: a header is no translation unit of its own.
    run = subprocess.run(command + ["-"], input=f'#include "{path}"\n', capture_output=True, text=True,
                         cwd=sources.ROOT, check=False)
    return path, run.returncode, run.stderr


headers = sources.files((".h",))
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for path, code, text in pool.map(compiled, headers):
        if code != 0:
            first = next((line for line in text.splitlines() if "error" in line), text.strip())
            sources.found(path, "does not compile alone: " + first)

for path in headers:
    inside = path[len("src/"):] if path.startswith("src/") else path
    guard = re.sub(r"[^A-Z0-9]", "_", inside.upper())
    text = sources.read(path)
    if f"#ifndef {guard}\n#define {guard}\n" not in text:
        sources.found(path, f"its guard is not {guard}")
sources.finish()
