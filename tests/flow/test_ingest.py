"""The main job: real documents in, a bill that matches the provider's own count out."""

import os
import shutil
import time

import harness
from harness import MODEL, SAMPLES, World, pico


def test_the_bill_equals_the_providers_own_count():
    with World(budgets="  - { name: all, limit: 5.00 }") as w:
        job = w.json("ingest", SAMPLES, "--wait", "--yes", check=0)
        bill = w.sim.bill()
        assert job["state"] == "done", job
        assert pico(job["cost"]) == pico(bill["total"]) > 0, (job["cost"], bill)
        assert job["calls"] == bill["requests"], (job["calls"], bill["requests"])
        status = w.json("status")
        assert pico(status["spend"]) == pico(bill["total"])
        assert pico(status["budgets"][0]["spent"]) == pico(bill["total"])
        assert pico(status["budgets"][0]["held"]) == 0
        row = next(m for m in status["models"] if m["model"] == MODEL)
        assert row["tokens_in"] == sum(m["usage"].get("input", 0) for m in bill["models"]), (row, bill)
        assert w.json("verify")["ok"] is True


def test_the_fields_of_the_contract_are_there():
    with World() as w:
        job = w.json("ingest", SAMPLES, "--wait", "--yes")
        for field in ("job_id", "state", "documents", "images", "chunks", "calls", "usage", "cost",
                      "estimate", "seconds"):
            assert field in job, field
        assert set(job["documents"]) >= {"total", "done", "failed", "skipped"}
        images = job["images"]
        assert set(images) >= {"found", "described", "filtered", "duplicate", "failed"}
        assert images["found"] == (images["described"] + images["filtered"] + images["duplicate"] +
                                   images["failed"]), images
        reasons = images["by_reason"]
        assert reasons.get("too_small", 0) >= 1, reasons
        assert sum(reasons.values()) == images["filtered"], images
        assert job["chunks"] > 20 and images["described"] >= 12, job


def test_what_was_ingested_is_found():
    with World() as w:
        w.json("ingest", SAMPLES, "--wait", "--yes")
        hits = w.json("search", "figure")
        assert hits["results"], hits
        assert hits["mode"] in ("lexical", "hybrid")
        assert all("document" in h and "score" in h for h in hits["results"])


def test_ingesting_again_costs_nothing():
    with World() as w:
        w.json("ingest", SAMPLES, "--wait", "--yes")
        before = w.sim.bill()["requests"]
        again = w.json("ingest", SAMPLES, "--wait", "--yes")
        assert w.sim.bill()["requests"] == before
        assert again["documents"]["skipped"] == again["documents"]["total"], again["documents"]
        assert pico(again["cost"]) == 0


def test_without_a_provider_ocr_describes_for_nothing():
    with World(provider=False) as w:
        job = w.json("ingest", SAMPLES, "--wait", "--yes")
        assert job["state"] == "done", job
        assert pico(job["cost"]) == 0 and job["calls"] == 0, job["calls"]
        assert job["images"]["ocr"] + job["images"]["described"] > 0, job["images"]


def test_one_bad_document_does_not_stop_the_others():
    with World() as w:
        folder = os.path.join(w.home, "docs")
        os.makedirs(folder)
        for name in os.listdir(SAMPLES):
            if name.endswith((".md", ".txt")):
                shutil.copy(os.path.join(SAMPLES, name), folder)
        with open(os.path.join(folder, "broken.pdf"), "wb") as file:
            file.write(b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog")
        with open(os.path.join(folder, "not-a.pdf"), "wb") as file:
            file.write(os.urandom(4096))
        job = w.json("ingest", folder, "--wait", "--yes", check=5)
        assert job["state"] == "done_with_failures"
        assert job["documents"]["failed"] >= 1
        assert any("broken.pdf" in f["document"] and f["reason"] for f in job["failures"]), job
        assert job["documents"]["done"] >= 2


def test_an_estimate_makes_no_paid_call():
    with World() as w:
        e = w.json("estimate", SAMPLES)
        assert w.sim.bill()["requests"] == 0
        assert pico(e["cost"]["low"]) <= pico(e["cost"]["likely"]) <= pico(e["cost"]["high"])
        assert e["calls"] > 0 and e["images"]["kept"] > 0
        job = w.json("ingest", SAMPLES, "--wait", "--yes")
        assert pico(job["cost"]) <= pico(e["cost"]["high"]), (job["cost"], e)
        assert job["calls"] == e["calls"], (job["calls"], e["calls"])


def test_a_cap_stops_the_job_and_not_the_daemon():
    with World() as w:
        done = w.run("--json", "ingest", SAMPLES, "--wait", "--yes", "--cap", "0.0001", check=3)
        assert "waiting" in done.stdout
        assert pico(w.sim.bill()["total"]) <= pico("0.0001")
        assert w.json("verify")["ok"] is True


def test_pause_resume_cancel():
    with World(sim_flags=("--latency-ms", "300")) as w:
        job = w.json("ingest", SAMPLES, "--yes", "--concurrency", "1")["job_id"]
        end = time.time() + 30
        while w.sim.bill()["requests"] == 0 and time.time() < end:
            time.sleep(0.05)
        w.run("jobs", "pause", str(job), check=0)
        w.wait_job(job, states=("paused",), seconds=20)
        time.sleep(0.5)
        seen = w.sim.bill()["requests"]
        time.sleep(1.0)
        assert w.sim.bill()["requests"] == seen, "a paused job goes on paying"
        w.run("jobs", "resume", str(job), check=0)
        end = time.time() + 30
        while w.sim.bill()["requests"] == seen and time.time() < end:
            time.sleep(0.05)
        assert w.sim.bill()["requests"] > seen
        w.run("jobs", "cancel", str(job), check=0)
        row = w.wait_job(job)
        assert row["state"] == "cancelled"
        assert w.json("verify")["ok"] is True


def test_pausing_again_and_again_harms_nobody():
    with World(sim_flags=("--latency-ms", "60")) as w:
        job = w.json("ingest", SAMPLES, "--yes", "--concurrency", "2")["job_id"]
        pid = w.daemon_pid()
        for turn in range(60):
            w.run("jobs", "resume" if turn % 2 else "pause", str(job))
        w.run("jobs", "resume", str(job))
        row = w.wait_job(job)
        assert row["state"] == "done", row["state"]
        assert w.daemon_pid() == pid, "the daemon died on the way"
        bill = w.sim.bill()
        assert all(n == 1 for n in bill["by_image"].values()), bill["by_image"]
        assert pico(row["cost"]) == pico(bill["total"])


harness.main(globals())
