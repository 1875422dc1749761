"""Hard budgets and single calls, through the real programs."""

import os
import sqlite3
import subprocess

import harness
from harness import MODEL, PURSER, World, pico


def test_64_calls_at_once_never_pass_a_cent():
    with World(sim_flags=("--latency-ms", "30"),
               budgets="  - { name: cent, limit: 0.01, hard: true }") as w:
        w.run("status", check=0)
        clients = [subprocess.Popen([PURSER, "--json", "ask", f"question number {i}, at some length",
                                     "--model", f"sim/{MODEL}", "--max-tokens", "400"],
                                    env=w.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    stdin=subprocess.DEVNULL, text=True) for i in range(64)]
        codes = []
        for client in clients:
            client.communicate(timeout=120)
            codes.append(client.returncode)
        bill = w.sim.bill()
        assert pico(bill["total"]) <= pico("0.01"), bill["total"]
        assert set(codes) <= {0, 3}, codes
        assert 0 in codes and 3 in codes, codes
        status = w.json("status")
        assert pico(status["spend"]) == pico(bill["total"])
        assert pico(status["budgets"][0]["held"]) == 0
        assert w.json("verify")["ok"] is True


def test_ask_tells_tokens_cost_and_reason():
    with World() as w:
        answer = w.json("ask", "name three rivers", "--model", f"sim/{MODEL}")
        bill = w.sim.bill()
        for field in ("content", "provider", "model", "usage", "tokens_total", "cost",
                      "cost_reported", "estimated", "latency_ms", "routing_reason",
                      "fallback_used", "attempts", "call_id"):
            assert field in answer, field
        assert pico(answer["cost"]) == pico(bill["total"])
        assert len(answer["attempts"]) == 1
        call = w.json("call", str(answer["call_id"]))["call"]
        charges = call["attempts"][0]["charges"]
        assert sum(pico(c["amount"]) for c in charges) == pico(answer["cost"])


def test_streamed_and_whole_cost_the_same():
    with World() as w:
        whole = w.json("ask", "the same question", "--model", f"sim/{MODEL}")
        streamed = w.json("ask", "the same question", "--model", f"sim/{MODEL}", "--stream")
        assert whole["content"] == streamed["content"]
        assert whole["cost"] == streamed["cost"]
        assert pico(whole["cost"]) + pico(streamed["cost"]) == pico(w.sim.bill()["total"])


def test_an_unpriced_model_is_refused_before_it_is_asked():
    with World() as w:
        done = w.run("ask", "hello", "--model", "sim/no-such-model", check=3)
        assert "price" in done.stderr and "no-such-model" in done.stderr, done.stderr
        assert w.sim.bill()["requests"] == 0
        rows = w.json("prices", "unpriced")["unpriced"]
        assert any(r["model"] == "no-such-model" for r in rows), rows
        w.run("prices", "set", "sim/no-such-model", "--input", "1", "--output", "2", check=0)
        w.run("ask", "hello", "--model", "sim/no-such-model", check=0)


def test_a_refusal_names_the_budget_and_what_is_left():
    with World(budgets="  - { name: tiny, limit: 0.000001 }") as w:
        done = w.run("ask", "hello", "--model", f"sim/{MODEL}", check=3)
        assert "tiny" in done.stderr, done.stderr
        assert w.sim.bill()["requests"] == 0
        assert w.run("budget", "check").returncode == 0


def test_a_sensitive_class_never_leaves():
    with World() as w:
        done = w.run("ask", "patient data", "--class", "hipaa")
        assert done.returncode != 0
        done = w.run("ask", "patient data", "--class", "hipaa", "--model", f"sim/{MODEL}")
        assert done.returncode != 0, done.stdout
        assert w.sim.bill()["requests"] == 0


def test_budget_check_has_its_exit_codes():
    with World() as w:
        w.run("budget", "set", "all", "--limit", "1", check=0)
        assert w.run("budget", "check").returncode == 0
        w.run("ask", "hello", "--model", f"sim/{MODEL}", check=0)
        spent = pico(w.json("status")["spend"])
        just = f"0.{spent + spent // 9:012d}"
        w.run("budget", "set", "all", "--limit", just, "--alert", "50", check=0)
        assert w.run("budget", "check").returncode == 1
        w.run("budget", "set", "all", "--limit", f"0.{spent:012d}", check=0)
        assert w.run("budget", "check").returncode == 3
        w.run("budget", "remove", "all", check=0)
        assert w.run("budget", "remove", "all").returncode == 1


def test_a_provider_that_is_down_is_not_billed():
    with World() as w:
        w.sim.stop()
        done = w.run("ask", "hello", "--model", f"sim/{MODEL}", timeout=180)
        assert done.returncode == 1, (done.returncode, done.stderr)
        assert pico(w.json("status")["spend"]) == 0
        assert w.json("verify")["ok"] is True


def test_figures_that_cannot_be_read_are_not_shown_as_zero():
    with World() as w:
        w.run("ask", "hello", "--model", f"sim/{MODEL}", check=0)
        home = w.json("daemon", "status")["home"]
        books = sqlite3.connect(os.path.join(home, "purser.db"))
        books.execute("alter table rollup rename to gone")
        books.commit()
        done = w.run("status", check=1)
        assert "rollup" in done.stderr and "$0.00" not in done.stdout, done
        books.execute("alter table gone rename to rollup")
        books.commit()
        books.close()
        assert pico(w.json("status")["spend"]) == pico(w.sim.bill()["total"])


harness.main(globals())
