"""The daemon's socket: deltas for subscribers, and clients that misbehave."""

import json
import os
import socket
import time

import harness
from harness import MODEL, World, pico


class Client:
    def __init__(self, world):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(world.json("daemon", "status")["socket"])
        self.socket.settimeout(10)
        self.file = self.socket.makefile("rb")
        self.last = 0

    def send(self, method, **params):
        self.last += 1
        line = {"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}
        self.socket.sendall(json.dumps(line).encode() + b"\n")
        return self.last

    def read(self):
        line = self.file.readline()
        return json.loads(line) if line else None

    def ask(self, method, **params):
        id = self.send(method, **params)
        while True:
            answer = self.read()
            assert answer is not None, "the daemon hung up"
            if answer.get("id") == id:
                return answer

    def until(self, wanted, seconds=10):
        end = time.time() + seconds
        while time.time() < end:
            note = self.read()
            if wanted(note):
                return note
        raise AssertionError("no such notification")

    def close(self):
        self.file.close()
        self.socket.close()


def section(note, name):
    return note.get("method") == "rows" and note["params"]["section"] == name


def test_a_subscriber_sees_money_move():
    with World(budgets="  - { name: all, limit: 1 }") as w:
        w.run("status", check=0)
        c = Client(w)
        c.send("subscribe", topics=["rows", "events"])
        c.until(lambda n: n.get("id") == 1)
        answer = w.json("ask", "hello", "--model", f"sim/{MODEL}")
        note = c.until(lambda n: section(n, "total") and n["params"]["rows"] and
                       pico(n["params"]["rows"][0]["spend"]) > 0)
        assert pico(note["params"]["rows"][0]["spend"]) == pico(answer["cost"])
        note = c.until(lambda n: section(n, "models") and n["params"]["rows"])
        row = note["params"]["rows"][0]
        assert row["key"] == f"sim/{MODEL}" and row["calls"] == 1
        assert row["tokens_in"] > 0 and row["tokens_out"] > 0
        c.close()


def test_what_did_not_change_is_not_sent_again():
    with World() as w:
        w.run("ask", "hello", "--model", f"sim/{MODEL}", check=0)
        time.sleep(0.6)  # the last change is on the board
        c = Client(w)
        c.send("subscribe", topics=["rows"])
        c.until(lambda n: n.get("id") == 1)
        c.socket.settimeout(2)
        try:
            quiet = c.socket.recv(1)
            assert not quiet, "an idle daemon talks"
        except (TimeoutError, socket.timeout):
            pass
        c.close()


def test_nonsense_is_refused_and_others_are_served():
    with World(provider=False) as w:
        w.run("status", check=0)
        for noise in (b"\n", os.urandom(2000) + b"\n", b"GET / HTTP/1.1\r\n\r\n", b"[" * 100000 + b"\n",
                      b'{"id":1,"id":2,"method":"hello"}\n', b'{"id":1e400,"method":"hello"}\n',
                      b'{"id":-1,"method":"hello"}\n', b'{"id":1,"method":"\xff"}\n',
                      b'{"id":1,"method":"hello","params":[]}\n', b"\0\0\0\0"):
            c = Client(w)
            c.socket.sendall(noise)
            c.close()
        c = Client(w)
        c.socket.sendall(b"x" * (1 << 20) + b"yz\n")
        assert b"longer than" in c.file.readline()
        assert c.file.readline() == b""
        assert Client(w).ask("hello")["result"]["pid"] == w.daemon_pid()


def test_bad_parameters_are_named():
    with World(provider=False) as w:
        w.run("status", check=0)
        c = Client(w)
        for method, params, word in (
                ("spend", {"by": "colour"}, "by"), ("spend", {"from": "yesterday"}, "from"),
                ("calls", {"limit": 0}, "limit"), ("calls", {"limit": "5"}, "limit"),
                ("call", {}, "id"), ("call", {"id": 1.5}, "id"), ("call", {"id": 2**60}, "id"),
                ("budget.set", {"name": "a", "limit": "1e3"}, "limit"),
                ("budget.set", {"name": "a", "limit": "-1"}, "limit"),
                ("budget.set", {"name": "", "limit": "1"}, "name"),
                ("budget.set", {"name": "a", "limit": "1", "zone": "Mars/North"}, "Mars/North"),
                ("budget.set", {"name": "a", "limit": "1", "scope": ["colour=red"]}, "scope"),
                ("ingest", {"paths": ["relative"]}, "paths"), ("ingest", {"paths": []}, "paths"),
                ("ingest", {"paths": ["/x"], "cap": "much"}, "cap"),
                ("ask", {"prompt": ""}, "prompt"), ("ask", {"prompt": "x", "class": "secret"}, "class"),
                ("ask", {"prompt": "x", "images": [{"mime": "image/png", "base64": "***"}]}, "images"),
                ("prices.set", {"name": "nameless", "input": "1"}, "name"),
                ("prices.set", {"name": "a/b", "input": "5000"}, "input"),
                ("backup", {"path": "relative"}, "path")):
            error = c.ask(method, **params).get("error")
            assert error, (method, params)
            assert word in error["message"], (method, params, error)
        assert c.ask("verify")["result"]["ok"] is True


def test_a_client_that_never_reads_harms_nobody():
    with World() as w:
        w.run("status", check=0)
        stuck = Client(w)
        dropped = False
        for n in range(4000):
            try:
                stuck.send("prices.list")
            except (BrokenPipeError, ConnectionResetError):
                dropped = True
                break
            if n % 500 == 0:
                assert Client(w).ask("hello")["result"]
        assert dropped, "its answers pile up without end"
        rss = w.json("daemon", "status")["rss_bytes"]
        assert rss < 256 << 20, rss
        stuck.close()
        assert Client(w).ask("hello")["result"]


def test_more_than_64_clients():
    with World(provider=False) as w:
        w.run("status", check=0)
        path = w.json("daemon", "status")["socket"]
        many = []
        for _ in range(80):
            s = socket.socket(socket.AF_UNIX)
            s.connect(path)
            many.append(s)
        time.sleep(0.2)
        for s in many:
            s.close()
        time.sleep(0.2)
        assert Client(w).ask("hello")["result"]


harness.main(globals())
