"""SIGKILL at any moment: nothing is lost, nothing settled is paid twice."""

import os
import random
import signal
import subprocess
import time

import harness
from harness import PURSER, SAMPLES, World, kill_daemon, pico


def test_ten_kills_describe_every_image_once():
    rng = random.Random(20261125)
    with World(sim_flags=("--latency-ms", "120"), budgets="  - { name: all, limit: 5.00 }") as w:
        job = w.json("ingest", SAMPLES, "--yes", "--concurrency", "2")["job_id"]
        kills = 0
        while kills < 10:
            time.sleep(rng.uniform(0.15, 0.6))
            if w.json("jobs", "show", str(job))["state"] in ("done", "done_with_failures"):
                break
            kill_daemon(w)
            kills += 1
            w.run("status", check=0)  # starts the next one
        assert kills >= 5, f"the job was too fast for the test: {kills} kills"
        row = w.wait_job(job, seconds=120)
        assert row["state"] == "done", row
        bill = w.sim.bill()
        uncertain = w.json("calls", "--uncertain", "--limit", "1000")["calls"]
        repeated = {h: n for h, n in bill["by_image"].items() if n > 1}
        assert sum(n - 1 for n in repeated.values()) <= len(uncertain), (repeated, len(uncertain))
        images = row["images"]
        assert images["found"] == (images["described"] + images["filtered"] + images["duplicate"] +
                                   images["failed"]), images
        assert images["failed"] == 0, images
        spend = w.json("status")
        assert pico(spend["spend"]) >= pico(bill["total"]), (spend["spend"], bill["total"])
        assert pico(spend["uncertain"]) == sum(pico(c["cost"]) for c in uncertain)
        assert w.json("verify")["ok"] is True


def test_the_clients_terminal_may_go_away():
    with World(sim_flags=("--latency-ms", "150")) as w:
        client = subprocess.Popen([PURSER, "ingest", SAMPLES, "--wait", "--yes", "--concurrency", "2"],
                                  env=w.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  stdin=subprocess.DEVNULL, start_new_session=True)
        end = time.time() + 30
        while w.sim.bill()["requests"] == 0 and time.time() < end:
            time.sleep(0.05)
        pid = w.daemon_pid()
        os.killpg(client.pid, signal.SIGHUP)
        client.wait()
        assert w.daemon_pid() == pid
        job = w.json("jobs")["jobs"][0]["id"]
        assert w.wait_job(job)["state"] == "done"


def test_ctrl_c_detaches_and_says_so():
    with World(sim_flags=("--latency-ms", "200")) as w:
        client = w.start("ingest", SAMPLES, "--wait", "--yes", "--concurrency", "1")
        end = time.time() + 30
        while w.sim.bill()["requests"] == 0 and time.time() < end:
            time.sleep(0.05)
        client.send_signal(signal.SIGINT)
        _, err = client.communicate(timeout=20)
        assert client.returncode == 130, client.returncode
        assert "goes on" in err, err
        job = w.json("jobs")["jobs"][0]
        assert job["state"] == "running", job["state"]


harness.main(globals())
