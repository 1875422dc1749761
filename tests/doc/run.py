#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the ```sh blocks of the documents: python3 tests/doc/run.py BUILD-DIR [FILE...].

Each file's blocks run in order, each as one script that stops at its first failure, in the
repository's root, with the programs of BUILD-DIR first in PATH and a PURSER_HOME of their own whose
only provider is a running `purser sim`. Indented blocks are for people and are not run; their
`sh FILE` commands must name a file that is there, and relative links must lead somewhere."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(sys.argv[1])
FILES = sys.argv[2:] or ["README.md", "CONTRIBUTING.md", "src/README.md", "tests/README.md", "assets/README.md"]
MODEL = "gpt-5-mini"
CONFIG = """providers:
  sim:
    kind: openai
    base_url: "{url}/v1"
    price_as: openai
    api_key_env: DOC_KEY
routing:
  premium: sim
  cloud: sim
  models:
    vision: sim/{model}
    generation: sim/{model}
"""


def environment(home):
    env = {name: value for name, value in os.environ.items()
           if not name.endswith("_API_KEY") and not name.lower().endswith("_proxy")}
    env.update(PURSER_HOME=home, DOC_KEY="sk-doc", LC_ALL="C.UTF-8", TERM="dumb",
               PATH=BUILD + os.pathsep + env["PATH"])
    return env


def links(file, text):
    """What relative links and `sh FILE` lines point at and is not there."""
    folder = os.path.dirname(os.path.join(ROOT, file))
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        if not os.path.exists(os.path.join(folder, target)):
            yield f"{file}: the link to {target} leads nowhere"
    for target in re.findall(r"^    sh (\S+)", text, re.M):
        if not os.path.exists(os.path.join(ROOT, target)):
            yield f"{file}: there is no {target}"


def blocks(text):
    for match in re.finditer(r"^```sh\n(.*?)^```", text, re.M | re.S):
        yield text.count("\n", 0, match.start()) + 2, match.group(1)


def run_file(file, text):
    """Runs the blocks of one file; yields what went wrong."""
    home = tempfile.mkdtemp(prefix="purser-doc-")
    env = environment(home)
    sim = subprocess.Popen([os.path.join(BUILD, "purser"), "sim", "--seed", "7"], env=env, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        url = re.search(r"http://\S+", sim.stdout.readline()).group().rstrip("/")
        path = subprocess.run(["purser", "config", "path"], env=env, text=True, check=True,
                              capture_output=True).stdout.strip()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(CONFIG.format(url=url, model=MODEL))
        for line, block in blocks(text):
            done = subprocess.run(["sh", "-e", "-u", "-x"], input=block, env=env, cwd=ROOT, text=True,
                                  capture_output=True, timeout=300, check=False)
            print(f"{file}:{line}: exit {done.returncode}")
            if done.returncode != 0:
                yield (f"{file}:{line}: the block ends with {done.returncode}\n"
                       f"{done.stdout[-1500:]}\n{done.stderr[-2500:]}")
    finally:
        subprocess.run(["purser", "daemon", "stop", "--now"], env=env, capture_output=True, check=False,
                       timeout=60)
        sim.kill()
        sim.wait()
        shutil.rmtree(home, ignore_errors=True)


wrong = []
for name in FILES:
    with open(os.path.join(ROOT, name), encoding="utf-8") as source:
        document = source.read()
    wrong += links(name, document)
    if next(blocks(document), None):
        wrong += run_file(name, document)
for sentence in wrong:
    print(sentence)
sys.exit(1 if wrong else 0)
