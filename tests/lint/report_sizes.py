#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The figures of the house style's section on size, beside their aims. Never fails."""

import re
import subprocess

import sources


def at(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0


def row(what, figure, aim):
    print(f"{what:<52} {figure:>22}   {aim}")


HEAD = re.compile(r"^(?:[A-Za-z_][\w \t\*]*?)\b(\w+)\(([^;{}]*)\)\s*\{", re.M)
KEY = re.compile(r"\b(?:if|for|while|case)\b|&&|\|\||\?")

lines, comment, total, asserts, conditionals = {}, 0, 0, 0, 0
functions, project = [], {}
for path in sources.files((".c", ".h")):
    text = sources.read(path)
    code = sources.code_only(text)
    lines[path] = text.count("\n")
    total += lines[path]
    comment += sum(1 for a, b in zip(sources.code_only(text, keep_text=True).splitlines(),
                                     text.splitlines()) if a != b)
    asserts += len(re.findall(r"\b(?:assert|ensure|static_assert|_Static_assert)\s*\(", code))
    if not re.search(r"_(linux|none)\.c$|compiler\.h$", path):
        conditionals += len(re.findall(r"^\s*#\s*if(?!ndef \w+_H\b)", code, re.M))
    project[path] = sum(1 for _, foreign, _ in sources.includes(path) if not foreign)
    if path.endswith(".c"):
        for match in HEAD.finditer(code):
            end = code.find("\n}", match.start())
            body = code[match.end():end]
            parameters = 0 if match.group(2).strip() in ("", "void") else match.group(2).count(",") + 1
            functions.append((code.count("\n", match.start(), end) + 2, 1 + len(KEY.findall(body)),
                              parameters, f"{path}:{match.group(1)}"))

c = [n for path, n in lines.items() if path.endswith(".c")]
h = [n for path, n in lines.items() if path.endswith(".h")]
row("lines of a .c: p50 / p90 / max", f"{at(c, .5)} / {at(c, .9)} / {max(c)}", "200 / 400 / 600")
row("lines of a .h: p50 / max", f"{at(h, .5)} / {max(h)}", "50 / 200")
f = [x[0] for x in functions]
row("lines of a function: p50 / mean / p90 / p99 / max",
    f"{at(f, .5)} / {sum(f) / len(f):.0f} / {at(f, .9)} / {at(f, .99)} / {max(f)}", "12 / 16 / 32 / 55 / 70")
row("decisions of a function: p90 / max", f"{at([x[1] for x in functions], .9)} / {max(x[1] for x in functions)}", "6 / 12")
row("parameters: p90 / max", f"{at([x[2] for x in functions], .9)} / {max(x[2] for x in functions)}", "4 / 6")
row("project includes of a .c: p50 / p90; of a .h: p90",
    "{} / {}; {}".format(at([n for p, n in project.items() if p.endswith('.c')], .5),
                         at([n for p, n in project.items() if p.endswith('.c')], .9),
                         at([n for p, n in project.items() if p.endswith('.h')], .9)), "4 / 8; 2")

public, globals_, statics = {}, [], []
for path, name in sources.objects().items():
    for kind, symbol in sources.symbols(name):
        if kind == "T":
            public[path] = public.get(path, 0) + 1
    # objdump tells what nm does not: a constant with pointers lies in .data.rel.ro.
    table = subprocess.run(["objdump", "-t", name], capture_output=True, text=True, check=False).stdout
    for local, section, symbol in re.findall(r"^\S+ (\S).*? O (\.data|\.bss)\S*\t\S+ (\S+)$", table, re.M):
        if section == ".data" and re.search(rf" O \.data\.rel\.ro\S*\t\S+ {re.escape(symbol)}$", table, re.M):
            continue
        if local == "g":
            globals_.append(f"{path}:{symbol}")
        elif not re.search(r"/(main|term|log)\.c$", path):
            statics.append(f"{path}:{symbol}")
if public:
    row("public functions of a module: p50 / max", f"{at(public.values(), .5)} / {max(public.values())}", "4 / 12")
    row("mutable globals; mutable statics", f"{len(globals_)}; {len(statics)}", "0; 0 outside main, term, log")
    graph = sources.symbol_graph()
    reach = {}
    for start in graph:
        seen, todo = set(), [start]
        while todo:
            for to in graph.get(todo.pop(), ()):
                if to not in seen:
                    seen.add(to)
                    todo.append(to)
        reach[start] = len(seen)
    row("reach of a file: mean share of all files", f"{100 * sum(reach.values()) / len(reach) / len(c):.0f} %", "<= 15 %")
row("#if a 1000 lines, guards aside", f"{1000 * conditionals / total:.1f}", "<= 1")
row("share of comment lines", f"{100 * comment / total:.0f} %", "15-22 %")
row("asserts a 1000 lines", f"{1000 * asserts / total:.1f}", "8-15")
tests = sum(sources.read(p).count("\n") for p in sources.files((".c", ".h", ".py", ".test", ".case", ".keys"), ("tests",)))
row("test lines / source lines", f"{tests} / {total} = {tests / total:.2f}", ">= 1.0")

print("\nlongest files:")
for path, n in sorted(lines.items(), key=lambda x: -x[1])[:8]:
    print(f"  {n:5} {path}")
print("longest functions (lines, decisions):")
for n, decisions, _, name in sorted(functions, reverse=True)[:10]:
    print(f"  {n:5} {decisions:3}  {name}")
for name in globals_ + statics:
    print("mutable: " + name)
