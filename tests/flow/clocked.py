"""A world whose daemon runs under libfaketime: only the wall clock is faked, waits and time-outs run by the
monotonic one."""

import calendar
import glob
import os
import time

from harness import MODEL, Skip, World

LIBRARY = (glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1") or [""])[0]


class Clocked(World):
    """A world whose daemon believes in the hour it is told."""

    def __init__(self, at, **more):
        if not LIBRARY:
            raise Skip("libfaketime is not installed (apt-get install faketime)")
        super().__init__(**more)
        self.offset_file = os.path.join(self.home, "offset")
        self.env.update(LD_PRELOAD=LIBRARY, FAKETIME_TIMESTAMP_FILE=self.offset_file,
                        FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1",
                        DONT_FAKE_MONOTONIC="1")
        self.set_clock(at)

    def set_clock(self, at):
        """"2026-11-30T23:59:00"; the daemon that runs sees it at once."""
        offset = calendar.timegm(time.strptime(at, "%Y-%m-%dT%H:%M:%S")) - time.time()
        with open(self.offset_file + ".new", "w") as file:
            file.write(f"{offset:+.3f}\n")
        os.rename(self.offset_file + ".new", self.offset_file)

    def restart_at(self, at):
        """A leap of more than 36 hours is only believed by a new daemon."""
        self.run("daemon", "stop", check=0)
        self.set_clock(at)

    def ask(self):
        return self.json("ask", "one question, always the same", "--model", f"sim/{MODEL}")["cost"]

    def budget(self, name):
        return next(b for b in self.json("budget")["budgets"] if b["name"] == name)

    def thresholds(self):
        self.json("status")  # what waits in the outbox is told with the figures
        return sorted(a["text"] for a in self.json("alerts")["alerts"] if a["kind"] == "threshold")
