"""Whoever finds no daemon starts one; many at once start one, and all are served by it."""

import os
import subprocess

import harness
from harness import PURSER, World


def start_many(world, count):
    clients = [subprocess.Popen([PURSER, "--json", "status"], env=world.env,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                stdin=subprocess.DEVNULL, text=True) for _ in range(count)]
    said = [client.communicate(timeout=60) for client in clients]
    assert [client.returncode for client in clients] == [0] * count, said
    return said


def test_many_clients_at_once_start_one_daemon():
    for _ in range(5):
        with World(provider=False) as w:
            said = start_many(w, 16)
            pid = w.daemon_pid()
            assert all(f'"pid":{pid}' in out.replace(" ", "") for out, _ in said), (pid, said)


def test_a_client_waits_for_a_daemon_that_is_about_to_end():
    with World(sim_flags=("--latency-ms", "1500")) as w:
        w.run("status", check=0)
        before = w.daemon_pid()
        asking = w.start("ask", "hello", "--model", f"sim/{harness.MODEL}")
        while w.json("daemon", "status")["calls_in_flight"] == 0:
            pass
        w.run("daemon", "stop", check=0)  # drains the call first
        assert w.json("status")["daemon"]["pid"] != before
        asking.communicate(timeout=30)
        assert w.json("verify")["ok"] is True


def test_a_second_daemon_says_who_holds_the_directory():
    with World(provider=False) as w:
        w.run("status", check=0)
        done = subprocess.run([os.path.join(harness.BUILD, "purserd"), "--detach"], env=w.env,
                              capture_output=True, text=True, timeout=30)
        assert done.returncode != 0 and f"pid {w.daemon_pid()}" in done.stderr, done.stderr


harness.main(globals())
