"""What people type, right and wrong: exit codes, messages, files."""

import json
import os
import shutil
import subprocess
import time

import harness
from harness import BUILD, PURSER, SAMPLES, World


def commands(w):
    return [line.split()[0] for line in w.run("help", check=0).stdout.splitlines()
            if line.startswith("  ") and not line.startswith("   ")]


def test_every_command_has_help_with_two_examples():
    with World(provider=False) as w:
        names = commands(w)
        assert len(names) > 20, names
        for name in names:
            text = w.run(name, "--help", check=0).stdout
            examples = text.split("examples:")[1].strip().splitlines()
            assert len(examples) >= 2, name


def test_wrong_usage_says_what_and_shows_the_usage():
    with World(provider=False) as w:
        for args in (["ingest"], ["ask"], ["jobs", "show"], ["call", "x"], ["no-such-command"],
                     ["spend", "--no-such-flag"], ["budget", "set", "a"], ["events", "-n", "0"]):
            done = w.run(*args)
            assert done.returncode == 2, (args, done)
            assert done.stderr.startswith("purser: "), (args, done.stderr)


def test_a_missing_path_is_one_clear_sentence():
    with World(provider=False) as w:
        done = w.run("ingest", "/no/such/folder", "--yes", check=1)
        assert "/no/such/folder" in done.stderr and len(done.stderr.splitlines()) <= 2
        error = json.loads(w.run("--json", "ingest", "/no/such/folder", "--yes", check=1).stdout)["error"]
        assert set(error) == {"code", "message", "hint"} and error["code"] == "not_found"


def test_an_unknown_configuration_key_is_named_with_its_line():
    with World(provider=False) as w:
        w.write_config(config="ingest:\n  chunk_tokenz: 5\n")
        path = w.run("config", "path").stdout.strip()
        done = w.run("config", "check", check=2)
        assert f"{path}:2:" in done.stderr and "chunk_tokenz" in done.stderr, done.stderr
        done = w.run("status")
        assert done.returncode in (2, 4), done
        assert "chunk_tokenz" in done.stderr, done.stderr
        errors = json.loads(w.run("--json", "config", "check", check=2).stdout)["errors"]
        assert errors[0]["line"] == 2 and errors[0]["key"].endswith("chunk_tokenz"), errors


def test_the_sample_configuration_is_right():
    with World(provider=False) as w:
        path = w.run("config", "path").stdout.strip()
        os.remove(path)
        w.run("config", "init", check=0)
        w.run("config", "check", check=0)
        assert w.run("config", "init").returncode == 1
        assert (os.stat(path).st_mode & 0o077) == 0


def test_a_second_daemon_refuses_and_says_who_holds_the_lock():
    with World(provider=False) as w:
        pid = w.daemon_pid() if w.run("status", check=0) else 0
        done = subprocess.run([os.path.join(BUILD, "purserd")], env=w.env, capture_output=True,
                              text=True, timeout=20)
        assert done.returncode == 1 and str(pid) in done.stderr, done


def state_dir(w):
    home = w.json("daemon", "start")["home"]
    w.run("daemon", "stop", check=0)
    return home


def test_what_the_daemon_cannot_use_is_told_at_once():
    with World(provider=False) as w:
        blobs = os.path.join(state_dir(w), "blobs")
        shutil.rmtree(blobs)
        with open(blobs, "w") as file:
            file.write("not a folder")
        done = w.run("status", timeout=30)
        assert done.returncode == 4 and blobs in done.stderr, done
        os.remove(blobs)
        w.run("status", check=0)


def test_a_broken_library_is_made_again():
    with World() as w:
        folder = os.path.join(w.home, "docs")
        os.makedirs(folder)
        with open(os.path.join(folder, "a.txt"), "w") as file:
            file.write("The lighthouse stands on granite.\n" * 20)
        w.json("ingest", folder, "--wait", "--yes")
        library = os.path.join(state_dir(w), "library.db")
        with open(library, "wb") as file:
            file.write(b"this is no database" * 1000)
        end = time.time() + 20
        while not w.json("search", "lighthouse")["results"]:
            assert time.time() < end, "search finds nothing any more"
            time.sleep(0.1)


def test_stop_and_start_again():
    with World(provider=False) as w:
        w.run("daemon", "start", check=0)
        first = w.daemon_pid()
        w.run("daemon", "stop", check=0)
        harness.wait_gone(first)
        assert w.run("daemon", "status").returncode == 4
        w.run("status", check=0)
        assert w.daemon_pid() != first


def test_the_socket_is_private():
    with World(provider=False) as w:
        w.run("status", check=0)
        socket = w.json("daemon", "status")["socket"]
        assert (os.stat(socket).st_mode & 0o077) == 0
        assert (os.stat(os.path.dirname(socket)).st_mode & 0o077) == 0


def test_rpc_over_stdio_answers_and_bears_nonsense():
    with World(provider=False) as w:
        lines = ['{"jsonrpc":"2.0","id":1,"method":"hello","params":{}}', "nonsense",
                 '{"jsonrpc":"2.0","id":2,"method":"no.such"}', '{"id":3}', "[1,2",
                 '{"jsonrpc":"2.0","id":4,"method":"calls","params":{"limit":-5}}',
                 '{"jsonrpc":"2.0","id":5,"method":"hello","params":{}}']
        done = w.run("rpc", "--stdio", input="\n".join(lines) + "\n", check=0)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(answers) == 7, answers
        assert [a["id"] for a in answers if "result" in a] == [1, 5]
        codes = [a["error"]["data"]["code"] for a in answers if "error" in a]
        assert codes == ["not_json", "no_method", "bad_input", "not_json", "bad_input"], codes


def test_version_needs_no_daemon_and_no_home():
    done = subprocess.run([PURSER, "--version"], capture_output=True, text=True, env={})
    assert done.returncode == 0 and done.stdout.startswith("purser "), done


def test_backup_and_export():
    with World() as w:
        w.run("ask", "hello", "--model", f"sim/{harness.MODEL}", check=0)
        target = os.path.join(w.home, "copy.db")
        w.run("backup", target, check=0)
        assert os.path.getsize(target) > 4096
        assert w.run("backup", target).returncode == 1
        out = os.path.join(w.home, "ledger.jsonl")
        w.run("export", "-o", out, check=0)
        rows = [json.loads(line) for line in open(out)]
        assert len(rows) == 1 and rows[0]["provider"] == "sim"
        assert w.run("export", "--csv", check=0).stdout.splitlines()[0].startswith("id,")


def test_a_dumb_terminal_is_pointed_to_status():
    with World(provider=False) as w:
        env = dict(w.env, TERM="dumb")
        done = w.run("ui", env=env)
        assert done.returncode != 0 and "status" in done.stderr, done


def test_an_unreadable_file_is_told_and_the_rest_goes_on():
    if os.geteuid() == 0:
        raise harness.Skip("root can read everything")
    with World() as w:
        folder = os.path.join(w.home, "docs")
        os.makedirs(folder)
        for name in ("a.txt", "b.txt"):
            with open(os.path.join(folder, name), "w") as file:
                file.write("some words\n" * 20)
        os.chmod(os.path.join(folder, "a.txt"), 0)
        job = w.json("ingest", folder, "--wait", "--yes", check=5)
        assert job["documents"]["done"] == 1 and job["documents"]["failed"] == 1


harness.main(globals())
