"""`-H` through a real sshd on loopback shows the same figures."""

import getpass
import os
import shutil
import socket
import subprocess
import time

import harness
from harness import BUILD, PURSER, SAMPLES, World


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Sshd:
    """A private sshd whose sessions find the purser just built and the test's home."""

    def __init__(self, world):
        if not os.path.exists("/usr/sbin/sshd") or not shutil.which("ssh"):
            raise harness.Skip("no sshd here")
        self.dir = os.path.join(world.home, "ssh")
        os.makedirs(self.dir, mode=0o700)
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                            os.path.join(self.dir, name)], check=True)
        shutil.copy(os.path.join(self.dir, "user.pub"), os.path.join(self.dir, "authorized"))
        os.makedirs("/run/sshd", exist_ok=True) if os.geteuid() == 0 else None
        self.port = free_port()
        with open(os.path.join(self.dir, "sshd_config"), "w") as file:
            file.write(f"Port {self.port}\nListenAddress 127.0.0.1\n"
                       f"HostKey {self.dir}/host\nAuthorizedKeysFile {self.dir}/authorized\n"
                       "StrictModes no\nUsePAM no\nPasswordAuthentication no\n"
                       f"PidFile {self.dir}/pid\n"
                       f"SetEnv PATH={BUILD}:/usr/bin:/bin PURSER_HOME={world.home} "
                       "SIM_KEY=sk-sim LC_ALL=C.UTF-8\n")
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f",
                                         os.path.join(self.dir, "sshd_config")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # The user's own ssh is what -H runs: a wrapper gives it this test's key and port.
        wrapper = os.path.join(self.dir, "bin", "ssh")
        os.makedirs(os.path.dirname(wrapper))
        with open(wrapper, "w") as file:
            file.write(f"#!/bin/sh\nexec {shutil.which('ssh')} -F none -p {self.port} "
                       f"-i {self.dir}/user -o StrictHostKeyChecking=no "
                       f'-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$@"\n')
        os.chmod(wrapper, 0o755)
        self.env = dict(harness.clean_env(os.path.join(world.home, "elsewhere")),
                        PATH=f"{os.path.dirname(wrapper)}:{os.environ['PATH']}")
        end = time.time() + 10
        while time.time() < end:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise harness.Skip("sshd did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait()


def test_the_same_figures_on_both_sides():
    with World() as w:
        w.json("ingest", SAMPLES, "--wait", "--yes")
        sshd = Sshd(w)
        try:
            host = f"{getpass.getuser()}@127.0.0.1"
            here = w.json("status")
            there = w.json("-H", host, "status", env=sshd.env)
            for field in ("spend", "models", "providers", "budgets", "jobs"):
                assert here[field] == there[field], field
            answer = w.json("-H", host, "ask", "hello", "--model", f"sim/{harness.MODEL}",
                            env=sshd.env)
            assert answer["content"]
            assert w.json("call", str(answer["call_id"]))["call"]["id"] == answer["call_id"]
        finally:
            sshd.stop()


def test_a_host_that_is_not_there_is_exit_4():
    with World(provider=False) as w:
        sshd = Sshd(w)
        sshd.stop()
        done = w.run("-H", "127.0.0.1", "status", env=sshd.env)
        assert done.returncode == 4, done


harness.main(globals())
