"""Alerts are told once, through every channel, and outlive the daemon."""

import http.server
import json
import os
import threading
import time

import harness
from clocked import Clocked
from harness import MODEL, SAMPLES, World, kill_daemon, pico


class Hook:
    """A webhook that remembers what it was told; `refuse` times it answers 500 first."""

    def __init__(self, refuse=0):
        self.texts, self.asked, outer = [], 0, self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked += 1
                if outer.asked > refuse:
                    outer.texts.append(body["text"])
                self.send_response(200 if outer.asked > refuse else 500)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()


def wait_for(what, seconds=30):
    end = time.time() + seconds
    while time.time() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")


def alerts(world, kind):
    return [a for a in world.json("alerts")["alerts"] if a["kind"] == kind]


def test_a_threshold_reaches_every_channel_once_and_outlives_a_kill():
    with Hook(refuse=1) as hook, World() as w:
        told = os.path.join(w.home, "told")
        w.write_config(config=f"alerts:\n  webhook: \"{hook.url}\"\n"
                       f"  command: 'echo \"$PURSER_ALERT_KIND $PURSER_ALERT_TEXT\" >> {told}'")
        w.run("budget", "set", "all", "--limit", "0.000001", "--soft", "--alert", "100", check=0)
        w.run("ask", "hello", "--model", f"sim/{MODEL}", check=0)
        row = wait_for(lambda: [a for a in alerts(w, "threshold") if len(a["deliveries"]) == 2])[0]
        assert "all" in row["text"] and "100 %" in row["text"], row
        by = {d["channel"]: d for d in row["deliveries"]}
        assert by["command"]["delivered"] and by["command"]["tries"] == 1, by
        assert by["webhook"]["delivered"] and by["webhook"]["tries"] == 2, by
        kill_daemon(w)
        w.run("ask", "hello again", "--model", f"sim/{MODEL}", check=0)
        w.json("status")
        assert alerts(w, "threshold") == [row]
        assert [t for t in hook.texts if "100 %" in t] == [row["text"]], hook.texts
        with open(told) as file:
            assert file.read().splitlines().count("threshold " + row["text"]) == 1


def test_a_hook_that_hangs_or_fails_holds_nothing_up():
    with World() as w:
        w.write_config(config="alerts: { command: \"sleep 100\", webhook: \"http://127.0.0.1:9/x\" }")
        began = time.time()
        w.run("alerts", "test", check=0)
        w.run("ask", "hello", "--model", f"sim/{MODEL}", check=0)
        assert time.time() - began < 10
        assert alerts(w, "event")
        w.run("daemon", "stop", check=0)
        assert any("test alert" in a["text"] for a in alerts(w, "event"))


def test_a_projection_waits_for_three_days_and_warns_once():
    with Clocked("2026-12-01T06:00:00") as w:
        cost = pico(w.ask())
        limit = cost * 10
        w.run("budget", "set", "all", "--limit", f"{limit // 10**12}.{limit % 10**12:012d}", "--soft",
              "--alert", "100", check=0)
        for day, needed in ((1, 3), (2, 2), (3, 1)):
            w.set_clock(f"2026-12-{day:02d}T12:00:00")
            w.ask() if day > 1 else None
            for row in (w.json("status"), w.budget("all")):
                assert row["projected"] is None and row["projected_low"] is None, row
                assert row["projection_days_needed"] == needed, (day, row)
        w.set_clock("2026-12-04T00:00:00")
        for row in (w.json("status"), w.budget("all")):
            assert row["projection_days_needed"] == 0, row
            missed = 31 * cost - pico(row["projected"])  # one a day, but for moments of this one
            assert 0 <= missed < cost // 100, row
            assert row["projected_low"] == row["projected_high"] == row["projected"], row
        told = wait_for(lambda: alerts(w, "projected"))
        assert len(told) == 1 and "2027-01-01" in told[0]["text"], told
        kill_daemon(w)
        w.json("status")
        w.ask()
        w.json("status")
        assert len(alerts(w, "projected")) == 1
        w.run("budget", "set", "all", "--limit", f"{2 * limit // 10**12}.{2 * limit % 10**12:012d}",
              "--soft", "--alert", "100", check=0)
        w.json("status")
        assert len(wait_for(lambda: alerts(w, "projected")[1:])) == 1  # a new limit, news again


def test_an_unusual_hour_is_told():
    with Clocked("2026-12-01T00:20:00") as w:
        w.run("prices", "set", "sim/dear", "--input", "1000", "--output", "1000", check=0)
        for hour in range(13):
            w.set_clock(f"2026-12-01T{hour:02d}:30:00")
            w.run("ask", "hello", "--model", "sim/dear", check=0)
        w.json("status")
        assert alerts(w, "hourly") == []
        for _ in range(6):
            w.run("ask", "hello", "--model", "sim/dear", check=0)
        w.json("status")
        told = wait_for(lambda: alerts(w, "hourly"))
        assert len(told) == 1 and "2026-12-01T12:00Z" in told[0]["text"], told


def test_too_much_that_is_estimated_is_told():
    with World(sim_flags=("--fault", "nousage")) as w:
        for i in range(101):
            w.run("ask", f"hello {i}", "--model", f"sim/{MODEL}", check=0)
            if i == 50:
                w.json("status")
                assert alerts(w, "estimated") == []
        w.json("status")
        assert len(wait_for(lambda: alerts(w, "estimated"))) == 1


def test_a_job_that_waits_for_budget_is_told_once_and_outlives_a_kill():
    with World(budgets="  - { name: tiny, limit: 0.000001 }") as w:
        job = w.json("ingest", SAMPLES, "--yes")["job_id"]
        row = w.wait_job(job, states=("waiting", "waiting_budget", "paused"))
        told = wait_for(lambda: [a for a in alerts(w, "job") if a["job"] == job])
        assert "tiny" in told[0]["text"], (row["reason"], told)
        kill_daemon(w)
        w.run("jobs", "resume", str(job))
        time.sleep(1)
        again = [a["text"] for a in alerts(w, "job") if a["job"] == job]
        assert len(again) == len(set(again)), again


def test_a_provider_that_is_down_is_told():
    with World() as w:
        w.run("status", check=0)
        w.sim.stop()
        w.run("ask", "hello", "--model", f"sim/{MODEL}", timeout=180)
        w.run("ask", "hello", "--model", f"sim/{MODEL}", timeout=180)
        w.json("status")
        told = wait_for(lambda: alerts(w, "breaker"))
        assert len(told) == 1 and MODEL in told[0]["text"], told


harness.main(globals())
