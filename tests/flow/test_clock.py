"""Month end, summer time and leap days, with libfaketime under the real daemon."""

import subprocess
import time

import harness
from clocked import Clocked
from harness import MODEL, PURSER, kill_daemon, pico


def times(pico_usd, numerator, denominator=1):
    amount = pico(pico_usd) * numerator // denominator
    return f"{amount // 10**12}.{amount % 10**12:012d}"


def test_a_month_ends_and_each_threshold_is_told_once_in_it():
    with Clocked("2026-11-30T12:00:00") as w:
        cost = w.ask()
        w.run("budget", "set", "all", "--limit", times(cost, 3), "--soft", "--alert", "50,100", check=0)
        assert pico(w.budget("all")["spent"]) == pico(cost)  # made late, it knows its month
        for _ in range(4):
            w.ask()
        november = w.budget("all")
        assert november["start"].startswith("2026-11-01T00:00:00"), november
        assert november["end"].startswith("2026-12-01T00:00:00"), november
        assert pico(november["spent"]) == 5 * pico(cost)
        w.set_clock("2026-11-30T23:59:58")
        assert pico(w.budget("all")["spent"]) == 5 * pico(cost)
        w.set_clock("2026-12-01T00:00:00")
        december = w.budget("all")
        assert december["start"].startswith("2026-12-01T00:00:00"), december
        assert pico(december["spent"]) == 0
        w.ask()
        w.ask()
        told = w.thresholds()
        assert len(told) == 3, told
        assert sum("50 %" in t and "2026-11-01" in t for t in told) == 1, told
        assert sum("100 %" in t and "2026-11-01" in t for t in told) == 1, told
        assert sum("50 %" in t and "2026-12-01" in t for t in told) == 1, told
        kill_daemon(w)
        assert w.thresholds() == told
        assert w.json("verify")["ok"] is True


def test_a_late_bill_goes_into_the_month_that_held_it():
    with Clocked("2026-11-30T23:59:50", sim_flags=("--latency-ms", "3000")) as w:
        w.run("budget", "set", "all", "--limit", "0.000001", "--soft", "--alert", "100", check=0)
        client = subprocess.Popen([PURSER, "ask", "hello", "--model", f"sim/{MODEL}"], env=w.env,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  stdin=subprocess.DEVNULL)
        end = time.time() + 20
        while w.budget("all")["calls_open"] == 0 and time.time() < end:
            time.sleep(0.05)
        w.set_clock("2026-12-01T00:00:05")
        assert client.wait(30) == 0
        december = w.budget("all")
        assert pico(december["spent"]) == 0 and december["start"].startswith("2026-12-01"), december
        told = w.thresholds()
        assert len(told) == 1 and "2026-11-01" in told[0], told
        assert w.json("verify")["ok"] is True


def test_days_are_as_long_as_the_zone_says():
    with Clocked("2027-03-27T22:59:30") as w:
        w.run("budget", "set", "day", "--limit", "1", "--period", "day", "--zone", "Europe/Berlin",
              check=0)
        cost = w.ask()
        w.set_clock("2027-03-27T23:00:30")  # half past midnight in Berlin, of a day of 23 hours
        assert w.budget("day")["start"].startswith("2027-03-27T23:00:00")
        assert w.budget("day")["end"].startswith("2027-03-28T22:00:00")
        w.ask()
        w.set_clock("2027-03-28T21:59:30")
        w.ask()
        assert pico(w.budget("day")["spent"]) == 2 * pico(cost)
        w.set_clock("2027-03-28T22:00:30")
        assert pico(w.budget("day")["spent"]) == 0
        w.restart_at("2027-10-30T22:00:30")  # of a day of 25 hours
        w.ask()
        assert w.budget("day")["start"].startswith("2027-10-30T22:00:00")
        assert w.budget("day")["end"].startswith("2027-10-31T23:00:00")
        w.set_clock("2027-10-31T22:59:30")
        w.ask()
        assert pico(w.budget("day")["spent"]) == 2 * pico(cost)
        w.set_clock("2027-10-31T23:00:30")
        assert pico(w.budget("day")["spent"]) == 0
        assert w.json("verify")["ok"] is True


def test_a_leap_day_is_in_february_and_ends_a_month_of_31():
    with Clocked("2028-02-29T23:59:30") as w:
        w.run("budget", "set", "month", "--limit", "1", check=0)
        w.run("budget", "set", "last", "--limit", "1", "--anchor-day", "31", check=0)
        cost = w.ask()
        assert w.budget("month")["start"].startswith("2028-02-01T")
        assert w.budget("month")["end"].startswith("2028-03-01T")
        assert w.budget("last")["start"].startswith("2028-02-29T")
        assert w.budget("last")["end"].startswith("2028-03-31T")
        w.set_clock("2028-03-01T00:00:30")
        assert pico(w.budget("month")["spent"]) == 0
        assert pico(w.budget("last")["spent"]) == pico(cost)


def test_a_clock_set_back_opens_no_old_month():
    with Clocked("2027-01-02T08:00:00") as w:
        w.run("budget", "set", "all", "--limit", "1", check=0)
        cost = w.ask()
        w.set_clock("2026-12-20T08:00:00")
        assert w.budget("all")["start"].startswith("2027-01-01")
        w.ask()
        w.restart_at("2026-12-20T08:00:00")
        w.ask()
        assert pico(w.budget("all")["spent"]) == 3 * pico(cost)
        assert w.budget("all")["start"].startswith("2027-01-01")


def test_a_clock_that_leaps_ahead_opens_no_new_month():
    with Clocked("2026-12-20T08:00:00") as w:
        w.run("budget", "set", "all", "--limit", "1", check=0)
        w.ask()
        w.set_clock("2027-02-05T08:00:00")
        done = w.run("ask", "hello", "--model", f"sim/{MODEL}")
        assert done.returncode != 0 and "leapt" in done.stderr, done.stderr
        w.set_clock("2026-12-20T09:00:00")
        w.ask()


harness.main(globals())
