"""Rows about whole programs, each beside its baseline in the same run: start-up, the daemon's
memory, N images at a fixed latency. Run by tests/bench/run.sh; nothing fails on a clock."""

import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.environ["PURSER_SOURCE"], "tests", "flow"))
from harness import MODEL, PURSER, World  # noqa: E402


def milliseconds(argv, env, runs=60):
    times = []
    for _ in range(runs + 5):
        began = time.perf_counter()
        subprocess.run(argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       stdin=subprocess.DEVNULL)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[5:]), min(times[5:])


def row(name, figure, baseline, ratio):
    print(f"{name:44} {figure:>16} {baseline:>28} {ratio:>8}", flush=True)


def start_up():
    folder = tempfile.mkdtemp()
    hello = os.path.join(folder, "hello")
    with open(hello + ".c", "w") as file:
        file.write('#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n')
    subprocess.run(["cc", "-O2", "-o", hello, hello + ".c"], check=True)
    with World(provider=False) as w:
        w.run("status", check=0)
        base, _ = milliseconds([hello], w.env)
        for name, argv in (("purser --version", [PURSER, "--version"]),
                           ("purser status (warm daemon)", [PURSER, "status", "--json"])):
            median, least = milliseconds(argv, w.env)
            row(name, f"{median:.2f} ms", f"hello {base:.2f} ms", f"{median / base:.1f}")


def rss_kb(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def memory():
    with World(sim_flags=("--latency-ms", "1500")) as w:
        w.run("status", check=0)
        time.sleep(0.5)
        pid = w.daemon_pid()
        row("daemon memory, idle", f"{rss_kb(pid) / 1024:.1f} MB", "aim 12 MB", "")
        clients = [w.start("--json", "ask", f"question {i}", "--model", f"sim/{MODEL}")
                   for i in range(64)]
        peak = 0
        end = time.time() + 30
        while any(c.poll() is None for c in clients) and time.time() < end:
            peak = max(peak, rss_kb(pid))
            time.sleep(0.02)
        for c in clients:
            c.communicate()
        row("daemon memory, 64 calls in flight", f"{peak / 1024:.1f} MB", "aim 32 MB", "")


def png(folder, n):
    """A PNG of its own: noise, so that nothing filters it or takes it for another."""
    import random
    import struct
    import zlib
    rng = random.Random(n)
    side = 128
    raw = b"".join(b"\0" + rng.randbytes(side * 3) for _ in range(side))

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    with open(os.path.join(folder, f"image{n:03}.png"), "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" +
                   chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) +
                   chunk(b"IDAT", zlib.compress(raw, 1)) + chunk(b"IEND", b""))


def images(count=40, latency_ms=250):
    one_at_a_time = None
    for window in (1, 2, 5, 10, 20):
        with World(sim_flags=("--latency-ms", str(latency_ms))) as w:
            folder = os.path.join(w.home, "images")
            os.makedirs(folder)
            for n in range(count):
                png(folder, n)
            w.run("status", check=0)
            began = time.perf_counter()
            job = w.json("ingest", folder, "--wait", "--yes", "--concurrency", str(window))
            wall = time.perf_counter() - began
            assert job["images"]["described"] == count, job["images"]
            stall = w.json("daemon", "status")["worst_turn_ms"]
            ideal = count * latency_ms / 1000 / window
            one_at_a_time = one_at_a_time or wall
            row(f"{count} images, {latency_ms} ms each, window {window}", f"{wall:.2f} s",
                f"ideal {ideal:.2f} s, stall {stall:.1f} ms", f"{wall / ideal:.2f}")
            row("    beside one at a time", f"{wall:.2f} s", f"{one_at_a_time:.2f} s",
                f"{one_at_a_time / wall:.1f}x")


print(f"{'what':44} {'figure':>16} {'beside':>28} {'ratio':>8}")
for part in (start_up, memory, images):
    if len(sys.argv) < 2 or part.__name__ in sys.argv[1:]:
        part()
