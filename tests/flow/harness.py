"""What the flow tests share: a home of their own, a rehearsal provider, and the real programs.

Each test file is a program: it defines functions named test_*, and ends with harness.main(globals()).
Nothing here is a mock: purser, purserd, purser-parse and `purser sim` are those just built."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

BUILD = os.environ["PURSER_BUILD"]
SOURCE = os.environ["PURSER_SOURCE"]
PURSER = os.path.join(BUILD, "purser")
SAMPLES = os.path.join(SOURCE, "assets", "samples")
MODEL = "gpt-5-mini"


class Skip(Exception):
    pass


def clean_env(home=None):
    env = {k: v for k, v in os.environ.items()
           if not k.endswith("_API_KEY") and not k.lower().endswith("_proxy")}
    for name in ("OLLAMA_HOST", "OLLAMA_BASE_URL", "NO_COLOR", "PURSER_HOME"):
        env.pop(name, None)
    env["LANG"] = env["LC_ALL"] = "C.UTF-8"
    env["TERM"] = "xterm-256color"
    if home:
        env["PURSER_HOME"] = home
    return env


class Sim:
    """A running `purser sim`."""

    def __init__(self, *flags, env=None):
        self.process = subprocess.Popen([PURSER, "sim", "--seed", "7", *flags], env=env or clean_env(),
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        self.url = next(word for word in line.split() if word.startswith("http://")).rstrip("/")

    def bill(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + "/sim/bill", timeout=10) as answer:
            return json.load(answer)

    def stop(self):
        self.process.kill()
        self.process.wait()


class World:
    """A home, and optionally a sim that its one provider points at."""

    def __init__(self, sim_flags=(), budgets="", config="", provider=True, describe="auto"):
        self.home = tempfile.mkdtemp(prefix="purser-flow-")
        self.env = clean_env(self.home)
        self.sim = Sim(*sim_flags) if provider else None
        self.write_config(budgets, config, describe)

    def write_config(self, budgets="", config="", describe="auto"):
        lines = ["providers:"] if self.sim else []
        if self.sim:
            lines += ["  sim:", "    kind: openai", f'    base_url: "{self.sim.url}/v1"',
                      "    price_as: openai", "    api_key_env: SIM_KEY"]
            lines += ["routing:", "  premium: sim", "  cloud: sim", "  models:",
                      f"    vision: sim/{MODEL}", f"    generation: sim/{MODEL}"]
        if budgets:
            lines += ["budgets:"] + budgets.splitlines()
        lines += config.splitlines()
        self.env["SIM_KEY"] = "sk-sim"
        path = self.run("config", "path").stdout.strip()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write("\n".join(lines) + "\n")

    def run(self, *args, check=None, timeout=120, input=None, env=None):
        done = subprocess.run([PURSER, *args], env=env or self.env, capture_output=True, text=True,
                              timeout=timeout, input=input,
                              stdin=subprocess.DEVNULL if input is None else None)
        if check is not None and done.returncode != check:
            raise AssertionError(f"purser {' '.join(args)}: exit {done.returncode}, expected {check}\n"
                                 f"stdout: {done.stdout[-2000:]}\nstderr: {done.stderr[-2000:]}\n"
                                 f"log: {self.log()[-3000:]}")
        return done

    def json(self, *args, check=0, **more):
        return json.loads(self.run("--json", *args, check=check, **more).stdout)

    def start(self, *args):
        return subprocess.Popen([PURSER, *args], env=self.env, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)

    def daemon_pid(self):
        return self.json("daemon", "status")["pid"]

    def log(self):
        for folder, _, files in os.walk(self.home):
            if "purserd.log" in files:
                with open(os.path.join(folder, "purserd.log"), errors="replace") as file:
                    return file.read()
        return ""

    def wait_job(self, job, states=("done", "done_with_failures", "failed", "cancelled"), seconds=120):
        end = time.time() + seconds
        while time.time() < end:
            row = self.json("jobs", "show", str(job))
            if row["state"] in states:
                return row
            time.sleep(0.1)
        raise AssertionError(f"job {job} is still {row['state']}: {row['reason']}\n{self.log()[-3000:]}")

    def close(self):
        try:
            subprocess.run([PURSER, "daemon", "stop", "--now"], env=self.env, timeout=30,
                           capture_output=True, stdin=subprocess.DEVNULL)
        finally:
            if self.sim:
                self.sim.stop()
            shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def pico(text):
    """Decimal USD as whole pico-dollars."""
    whole, _, part = text.partition(".")
    sign = -1 if whole.startswith("-") else 1
    return sign * (abs(int(whole)) * 10**12 + int((part + "0" * 12)[:12]))


def wait_gone(pid, seconds=10):
    end = time.time() + seconds
    while time.time() < end:
        try:
            with open(f"/proc/{pid}/stat") as file:
                dead = file.read().rpartition(")")[2].split()[0] == "Z"
            if dead and len(os.listdir(f"/proc/{pid}/task")) == 1:
                return  # before, a thread that still writes holds the lock and the socket
        except (FileNotFoundError, ProcessLookupError):
            return
        time.sleep(0.01)
    raise AssertionError(f"process {pid} is still there")


def kill_daemon(world):
    with open(os.path.join(find_lock(world.home))) as file:
        pid = int(file.read().strip() or 0)
    os.kill(pid, signal.SIGKILL)
    wait_gone(pid)


def find_lock(home):
    for folder, _, files in os.walk(home):
        if "lock" in files:
            return os.path.join(folder, "lock")
    raise FileNotFoundError("lock")


def main(names):
    only = sys.argv[1:]
    passed = failed = skipped = 0
    for name, test in list(names.items()):
        if not name.startswith("test_") or (only and name not in only):
            continue
        began = time.time()
        try:
            test()
            passed += 1
            print(f"ok      {name} ({time.time() - began:.1f} s)", flush=True)
        except Skip as why:
            skipped += 1
            print(f"skipped {name}: {why}", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED  {name}", flush=True)
            traceback.print_exc()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed or passed + skipped == 0 else 0)
