"""A thousand SIGKILLs at random moments, for `tests/run.sh long`: after each the books prove themselves,
and what the provider would bill never passes the limit. PURSER_KILLS sets another number."""

import os
import random
import subprocess
import threading
import time

import harness
from harness import MODEL, PURSER, World, find_lock, pico

KILLS = int(os.environ.get("PURSER_KILLS", "1000"))
LIMIT = "0.20"


class Askers:
    """Clients that ask without a pause; each starts the daemon when it finds none."""

    def __init__(self, world, count):
        self.world, self.stop, self.codes = world, False, {}
        self.threads = [threading.Thread(target=self.ask, args=(i,)) for i in range(count)]
        for thread in self.threads:
            thread.start()

    def ask(self, number):
        n = 0
        while not self.stop:
            n += 1
            flags = ["--stream"] if n % 3 == 0 else []
            done = subprocess.run([PURSER, "ask", f"question {n} of {number}", "--model",
                                   f"sim/{MODEL}", "--max-tokens", "60", *flags], env=self.world.env,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  stdin=subprocess.DEVNULL)
            self.codes[done.returncode] = self.codes.get(done.returncode, 0) + 1
            if done.returncode == 3:
                time.sleep(0.02)  # the limit is reached: refusals are cheap, but not free

    def end(self):
        self.stop = True
        for thread in self.threads:
            thread.join()


def kill_now(world):
    """False: there was none, or it was on its way up."""
    try:
        with open(find_lock(world.home)) as file:
            pid = int(file.read().strip() or 0)
        if pid == 0:
            return False
        os.kill(pid, 9)
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return False
    harness.wait_gone(pid)
    return True


def prove(world, kills):
    verify = world.json("verify", timeout=60)
    assert verify["ok"] is True, (kills, verify)
    bill = pico(world.sim.bill()["total"])
    budget = world.json("budget")["budgets"][0]
    booked = pico(budget["spent"]) + pico(budget["held"])
    assert bill <= booked <= pico(budget["limit"]), (kills, bill, budget)


def test_a_thousand_kills_never_pass_the_limit_and_lose_nothing():
    rng = random.Random(int(os.environ.get("PURSER_SEED", "20261125")))
    limit = pico(LIMIT)
    with World(sim_flags=("--latency-ms", "15", "--tokens-per-s", "3000"),
               budgets="") as w:
        w.run("budget", "set", "all", "--limit", LIMIT, check=0)
        askers = Askers(w, 3)
        kills = 0
        try:
            while kills < KILLS:
                time.sleep(rng.choice((0.0, 0.005, 0.02, 0.05, 0.1)) * rng.random() * 2)
                if not kill_now(w):
                    continue
                kills += 1
                prove(w, kills)
                budget = w.json("budget")["budgets"][0]
                if pico(budget["remaining"]) * 20 < limit and kills < KILLS - 50:
                    limit += pico(LIMIT)  # go on spending: a later limit, the same books
                    w.run("budget", "set", "all", "--limit", f"{limit // 10**12}.{limit % 10**12:012d}",
                          check=0)
        finally:
            askers.end()
        bill = w.sim.bill()
        end = time.time() + 30
        while w.json("budget")["budgets"][0]["calls_open"] > 0 and time.time() < end:
            time.sleep(0.1)
        status = w.json("status")
        print(f"        {kills} kills, {bill['requests']} requests, billed {bill['total']}, "
              f"booked {status['spend']}, uncertain {status['uncertain']}, exits {askers.codes}")
        assert pico(status["budgets"][0]["held"]) == 0, status["budgets"]
        assert pico(bill["total"]) <= pico(status["spend"]) <= limit, (bill["total"], status["spend"])
        assert w.json("verify")["ok"] is True


harness.main(globals())
