"""Options of the configuration do what their help says, in the real programs."""

import http.server
import json
import subprocess
import threading
import time

import harness
from harness import MODEL, PURSER, World


class Provider:
    """Speaks just enough of OpenAI's dialect, and remembers what it was asked."""

    def __init__(self, usage=None, delay=0.0):
        self.keys, self.bodies, self.now, self.most = [], [], 0, 0
        lock, outer = threading.Lock(), self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with lock:
                    outer.keys.append(self.headers.get("Authorization", ""))
                    outer.bodies.append(json.loads(body))
                    outer.now += 1
                    outer.most = max(outer.most, outer.now)
                time.sleep(delay)
                with lock:
                    outer.now -= 1
                answer = {"id": "x", "object": "chat.completion",
                          "model": json.loads(body)["model"],
                          "choices": [{"index": 0, "finish_reason": "stop",
                                       "message": {"role": "assistant", "content": "yes"}}],
                          "usage": usage or {"prompt_tokens": 10, "completion_tokens": 5,
                                             "total_tokens": 15}}
                data = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def config(self, *lines):
        port = self.server.server_address[1]
        return "\n".join(["providers:", "  near:", "    kind: openai",
                          f'    base_url: "http://127.0.0.1:{port}/v1"', "    price_as: openai",
                          *("    " + line for line in lines)])

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()


def test_a_command_prints_the_key_and_nobody_else_shows_it():
    with Provider() as p, World(provider=False,
                                config=p.config("api_key_command: \"echo '  sk-secret-7 '\"")) as w:
        w.run("ask", "hello", "--model", f"near/{MODEL}", check=0)
        assert p.keys == ["Bearer sk-secret-7"], p.keys
        shown = w.run("providers", check=0).stdout + w.run("--json", "config", "show").stdout + w.log()
        assert "sk-secret" not in shown, shown


def test_a_command_that_fails_or_hangs_is_said_and_does_no_harm():
    for command, why in (("exit 3", "failed"), ("sleep 60", "10 s"), ("printf 'a b'", "prints none")):
        with Provider() as p, World(provider=False,
                                    config=p.config(f'api_key_command: "{command}"')) as w:
            w.run("status", check=0, timeout=60)
            texts = [a["text"] for a in w.json("alerts")["alerts"]]
            assert any("near" in t and why in t for t in texts), (command, texts)


def test_unpriced_calls_pass_only_when_allowed_and_are_told_once():
    with Provider() as p, World(provider=False, config=p.config("api_key_env: SIM_KEY")) as w:
        w.run("ask", "hello", "--model", "near/nobody-knows", check=3)
    with Provider() as p, World(provider=False, config=p.config("api_key_env: SIM_KEY") +
                                "\ncalls: { unpriced: allow_unmetered }\n") as w:
        for _ in range(2):
            w.run("ask", "hello", "--model", "near/nobody-knows", check=0)
        assert len(p.bodies) == 2
        status = w.json("status")
        assert status["unpriced"] == 2, status["unpriced"]
        w.json("status")
        told = [a for a in w.json("alerts")["alerts"] if a["kind"] == "unpriced"]
        assert len(told) == 1 and "nobody-knows" in told[0]["text"], told
        w.run("budget", "set", "all", "--limit", "5", check=0)  # a hard one is in the way
        w.run("ask", "hello", "--model", "near/nobody-knows", check=3)
        assert w.json("verify")["ok"] is True


def test_a_total_of_tokens_is_split_or_counted_as_output():
    for estimate, expected in (("half", {"input": 50, "output": 50}), ("upper", {"output": 100})):
        with Provider(usage={"total_tokens": 100}) as p, World(
                provider=False, config=p.config("api_key_env: SIM_KEY") +
                f"\ncalls: {{ estimate: {estimate} }}\n") as w:
            answer = w.json("ask", "hello", "--model", f"near/{MODEL}")
            assert answer["usage"] == expected, answer["usage"]
            assert answer["estimated"], answer


def test_a_call_is_made_to_fit_what_a_budget_has_left():
    with Provider() as p, World(provider=False, config=p.config("api_key_env: SIM_KEY") +
                                "\ncalls: { fit: true }\n") as w:
        w.run("budget", "set", "all", "--limit", "0.001", check=0)
        answer = w.json("ask", "hello", "--model", f"near/{MODEL}", "--max-tokens", "4000")
        assert "max_tokens" in answer["routing_reason"], answer["routing_reason"]
        sent = p.bodies[0].get("max_completion_tokens") or p.bodies[0].get("max_tokens")
        assert 16 <= sent < 4000 and str(sent) in answer["routing_reason"], (sent, answer)
        call = w.json("call", str(answer["call_id"]))["call"]["attempts"]
        assert len(call) == 1, call
        w.run("budget", "set", "all", "--limit", "0.000001", check=0)
        w.run("ask", "hello", "--model", f"near/{MODEL}", "--max-tokens", "4000", check=3)
        assert len(p.bodies) == 1
    with Provider() as p, World(provider=False, config=p.config("api_key_env: SIM_KEY")) as w:
        w.run("budget", "set", "all", "--limit", "0.001", check=0)
        w.run("ask", "hello", "--model", f"near/{MODEL}", "--max-tokens", "4000", check=3)
        assert p.bodies == []


def test_no_more_calls_at_once_than_configured():
    with Provider(delay=0.1) as p, World(provider=False, config=p.config("api_key_env: SIM_KEY") +
                                         "\ncalls: { concurrency: 2 }\n") as w:
        w.run("status", check=0)
        clients = [subprocess.Popen([PURSER, "ask", f"question {i}", "--model", f"near/{MODEL}"],
                                    env=w.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                    stdin=subprocess.DEVNULL) for i in range(8)]
        assert [c.wait(60) for c in clients] == [0] * 8
        assert len(p.bodies) == 8 and p.most == 2, (len(p.bodies), p.most)


def test_the_log_says_no_more_than_its_level():
    with World(config="log: { level: error }") as w:
        w.run("status", check=0)
        assert " info " not in w.log(), w.log()
    with World() as w:
        w.run("status", check=0)
        assert " info " in w.log(), w.log()


def test_a_key_that_nobody_honours_is_refused():
    with World(config="log: { keep_months: 3 }") as w:
        done = w.run("status")
        assert done.returncode != 0 and "keep_months" in done.stderr, done.stderr


harness.main(globals())
