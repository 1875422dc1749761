"""Price lists put into the book, and bills explained by it, through the real programs."""

import csv
import io
import json
import os

import harness
from harness import MODEL, World, pico

LIST = {
    "harbour/barge": {"litellm_provider": "harbour", "mode": "chat", "input_cost_per_token": 2.5e-06,
                      "output_cost_per_token": 1e-05},
    "harbour/ghost": {"litellm_provider": "harbour", "input_cost_per_token": 0.0,
                      "output_cost_per_token": 0.0},
    f"openai/{MODEL}": {"litellm_provider": "openai", "input_cost_per_token": 9e-06,
                        "output_cost_per_token": 9e-06},
}


def write_list(w, models):
    path = os.path.join(w.home, "list.json")
    with open(path, "w") as file:
        json.dump(models, file)
    return path


def book(w, name):
    return {(r["bucket"], r["service"], r["tier_above"]): r["price"]
            for r in w.json("prices", "show", name)["prices"]}


def test_a_dry_run_changes_nothing_and_an_import_says_what_it_did():
    with World() as w:
        path = write_list(w, LIST)
        dry = w.json("prices", "import", path, "--dry-run")
        assert dry["format"] == "litellm" and dry["dry_run"] is True, dry
        assert dry["added"] == 2 and dry["changed"] == 0 and dry["kept"] == 2, dry
        assert w.run("prices", "show", "harbour/barge").returncode == 1
        done = w.json("prices", "import", path)
        assert done["added"] == 2, done
        assert [r["model"] for r in done["refused"]] == ["harbour/ghost"], done["refused"]
        assert "free or unknown" in done["refused"][0]["reason"]
        assert {r["is"] for r in done["prices"]} == {"kept"}, done["prices"]
        assert book(w, "harbour/barge")[("input", "", 0)] == "2.5"
        again = w.json("prices", "import", path)
        assert again["added"] == 0 and again["unchanged"] == 2, again
        text = w.run("prices", "import", path, check=0).stdout
        assert "unchanged 2" in text and "--replace" in text and "free or unknown" in text, text


def test_a_changed_price_follows_and_never_edits():
    with World() as w:
        w.json("prices", "import", write_list(w, LIST))
        dearer = {"harbour/barge": dict(LIST["harbour/barge"], input_cost_per_token=3e-06)}
        done = w.json("prices", "import", write_list(w, dearer))
        assert done["changed"] == 1 and done["unchanged"] == 1, done
        assert done["removed"] == [], done
        row = done["prices"][0]
        assert (row["is"], row["before"], row["price"]) == ("changed", "2.5", "3"), row
        assert book(w, "harbour/barge")[("input", "", 0)] == "3"


def test_a_model_that_is_no_longer_listed_is_told_and_keeps_its_price():
    with World() as w:
        more = dict(LIST, **{"harbour/tug": LIST["harbour/barge"]})
        w.json("prices", "import", write_list(w, more))
        done = w.json("prices", "import", write_list(w, LIST))
        assert done["removed"] == ["harbour/tug"], done
        assert book(w, "harbour/tug")[("input", "", 0)] == "2.5"


def test_a_price_by_hand_wins_over_a_list_unless_it_is_replaced():
    with World() as w:
        path = write_list(w, LIST)
        w.run("prices", "set", f"openai/{MODEL}", "--input", "1", "--output", "2", check=0)
        assert w.json("prices", "import", path)["kept"] == 2
        assert book(w, f"openai/{MODEL}")[("input", "", 0)] == "1"
        assert w.json("prices", "import", path, "--replace")["changed"] == 2
        assert book(w, f"openai/{MODEL}")[("input", "", 0)] == "9"


def test_what_is_no_price_list_is_refused_and_nothing_is_written():
    with World() as w:
        path = os.path.join(w.home, "no.json")
        for text in ("", "[]", "{\"a\":1}", "not json at all", "{" * 100000):
            with open(path, "w") as file:
                file.write(text)
            done = w.run("prices", "import", path)
            assert done.returncode == 1 and "no.json" in done.stderr, (text[:20], done.stderr)
        assert w.run("prices", "import", path + ".gone").returncode == 1
        assert w.run("prices", "import", path, "--format", "excel").returncode == 2


def test_the_three_real_lists_are_taken_whole():
    shared = os.path.join(harness.SOURCE, "..", "shared", "prices")
    if not os.path.isdir(shared):
        raise harness.Skip("no ../shared/prices here")
    with World() as w:
        for name in sorted(os.listdir(shared)):
            if not name.endswith(".json"):
                continue
            done = w.json("prices", "import", os.path.join(shared, name))
            assert done["added"] + done["changed"] + done["unchanged"] + done["kept"] == done["rows"]
            assert all(r["reason"] for r in done["refused"] + done["left_out"] + done["rounded"])
            again = w.json("prices", "import", os.path.join(shared, name), "--dry-run")
            assert again["added"] == 0 and again["changed"] == 0, (name, again["added"])
        w.run("ask", "hello", "--model", f"sim/{MODEL}", check=0)
        assert w.json("verify")["ok"] is True


def test_the_lines_of_every_bill_add_up_to_it_and_to_the_spend():
    with World() as w:
        path = write_list(w, {"openai/crooked": {  # prices that never make a whole pico-dollar
            "litellm_provider": "openai", "input_cost_per_token": 3.3333e-11,
            "output_cost_per_token": 7.7777e-11}})
        w.json("prices", "import", path)
        total = 0
        for i in range(6):
            model = MODEL if i % 2 else "crooked"
            answer = w.json("ask", "how long is the quay? " * (i + 1), "--model", f"sim/{model}",
                            *(("--stream",) if i % 3 == 0 else ()))
            attempts = w.json("call", str(answer["call_id"]))["call"]["attempts"]
            for attempt in attempts:
                exact = 0
                for line in attempt["charges"]:
                    assert line["model"] is None, line
                    exact += pico(line["price"]) * line["units"] * 10**9 // line["per"]
                assert sum(pico(c["amount"]) for c in attempt["charges"]) == pico(attempt["cost"])
                assert abs(exact - pico(attempt["cost"]) * 10**9) <= 10**9 // 2 + 10, (exact, attempt)
            total += pico(answer["cost"])
        rows = list(csv.DictReader(io.StringIO(
            w.run("spend", "--by", "model", "--csv", check=0).stdout)))
        cost = {r["key"]: pico(r["cost_usd"]) for r in rows}
        assert set(cost) == {"sim/crooked", f"sim/{MODEL}", "total"}, rows
        assert cost["sim/crooked"] + cost[f"sim/{MODEL}"] == cost["total"] == total, rows
        assert pico(w.json("status")["spend"]) == total
        text = w.run("call", str(answer["call_id"]), check=0).stdout
        assert "bucket" in text and "amount USD" in text and "input" in text, text


harness.main(globals())
