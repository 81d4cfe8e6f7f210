"""The compose file on whichever container engine there is: Docker's own, or podman with runc and stand-ins for its base images."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from cdmo.servers.layout import ROOT
from tests.compose import stand_ins

PROJECT = "cdmo-proof"
SERVICES = ("postgres", "redis", "web", "worker", "documents", "beat", "proxy")
DEBIAN = ("podman", "podman-compose", "runc", "debootstrap", "netavark", "aardvark-dns", "iptables")
CONTAINERS_CONF = """
[engine]
runtime = "runc"
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=5000:5000"]
"""


def _works(command: list[str]) -> bool:
    return shutil.which(command[0]) is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0


class Engine:
    """One run of the product in containers, in a copy of the work tree, with secrets of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.docker = all(_works(command) for command in (["docker", "info"], ["docker", "compose", "version"]))
        self.program = "docker" if self.docker else "podman"
        self.compose = ["docker", "compose"] if self.docker else ["podman-compose"]
        self.environment = dict(os.environ)
        missing = [
            name for name in (self.program, *self.compose[:1], *(() if self.docker else ("runc", "debootstrap"))) if not shutil.which(name)
        ]
        if missing:
            wanted = " ".join(DEBIAN)
            raise SystemExit(f"Missing on this machine: {', '.join(missing)}. Without Docker: apt-get install {wanted}")

    def copy_product(self, answers: dict[str, str]) -> None:
        """What git knows of the work tree, a `.env` with `answers`, and secrets."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.folder / name)
        (self.folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in answers.items()))
        self.run(["sh", "deploy/secrets.sh", "localhost"])
        if not self.docker:
            (self.folder / "containers.conf").write_text(CONTAINERS_CONF)
            self.environment["CONTAINERS_CONF"] = str(self.folder / "containers.conf")
            os.environ["CONTAINERS_CONF"] = self.environment["CONTAINERS_CONF"]
            stand_ins.make_missing()

    def run(self, command: list[str], seconds: int = 900, *, check: bool = True) -> str:
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=seconds, check=False)
        if check and done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout.strip()

    def say(self, *arguments: str, seconds: int = 900, check: bool = True) -> str:
        """A compose command."""
        return self.run([*self.compose, "-p", PROJECT, *arguments], seconds, check=check)

    def up(self) -> None:
        """The servers, then `prepare`, then the rest: what Docker's compose does by the conditions of the file, podman-compose does not."""
        self.run(["nice", "-n", "10", *self.compose, "-p", PROJECT, "build"], 1800)
        self.say("up", "-d", "postgres", "redis")
        self.wait_healthy("postgres", "redis")
        self.say("run", "--rm", "prepare")
        self.say("up", "-d")
        self.wait_healthy(*SERVICES)

    def down(self) -> None:
        self.say("down", "--volumes", check=False)
        left = self.run([self.program, "ps", "-aq", "--filter", f"label=com.docker.compose.project={PROJECT}"], check=False).split()
        if left:
            self.run([self.program, "rm", "--force", *left], check=False)
        for kind in ("volume", "network"):
            for name in self.run([self.program, kind, "ls", "-q", "--filter", f"name={PROJECT}"], check=False).split():
                self.run([self.program, kind, "rm", name], check=False)

    def lose(self, *volumes: str) -> None:
        """Everything stops, and these volumes are gone."""
        self.say("down")
        for name in volumes:
            self.run([self.program, "volume", "rm", f"{PROJECT}_{name}"])

    def container(self, service: str) -> str:
        labels = [f"label=com.docker.compose.{name}={value}" for name, value in (("project", PROJECT), ("service", service))]
        found = self.run([self.program, "ps", "-a", "--format", "{{.ID}}", *(part for label in labels for part in ("--filter", label))])
        return found.splitlines()[0]

    def inside(self, service: str, *command: str, seconds: int = 120) -> str:
        return self.run([self.program, "exec", self.container(service), *command], seconds)

    def manage(self, *arguments: str) -> str:
        """A command as the owner of the database, in a container of its own."""
        return self.say("run", "--rm", "prepare", "python", "manage.py", *arguments)

    def python(self, code: str) -> str:
        """A few lines inside the product; what they print."""
        return self.inside("web", "python", "manage.py", "shell", "--no-imports", "--command", code)

    def healthy(self, service: str) -> bool:
        container = self.container(service)
        if self.docker:
            return self.run(["docker", "inspect", "--format", "{{.State.Health.Status}}", container]) == "healthy"
        asked = ["podman", "healthcheck", "run", container]
        return (
            self.pid(service) > 0
            and subprocess.run(asked, env=self.environment, capture_output=True, check=False, timeout=60).returncode == 0
        )

    def wait_healthy(self, *services: str, seconds: float = 240) -> float:
        """Until all are; how long that took."""
        began = time.monotonic()
        for service in services:
            self.wait(f"{service} is healthy", lambda service=service: self.healthy(service), seconds)  # type: ignore[misc]
        return time.monotonic() - began

    def pid(self, service: str) -> int:
        return int(self.run([self.program, "inspect", "--format", "{{.State.Pid}}", self.container(service)]))

    def loosenesses(self, service: str) -> list[str]:
        """What the kernel says against a service: it is root, it holds capabilities or may gain them, it can write its own root."""
        process = Path("/proc", str(self.pid(service)))
        said = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines())
        mounted = next(fields[5] for fields in map(str.split, (process / "mountinfo").read_text().splitlines()) if fields[4] == "/")
        against = {
            "is root": "0" in said["Uid"].split(),
            "holds capabilities": any(int(said[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")),
            "may gain privileges": said["NoNewPrivs"] != "1",
            "can write its root": "ro" not in mounted.split(","),
        }
        return [f"{service} {words}" for words, holds in against.items() if holds]

    def kill(self, service: str) -> str:
        """SIGKILL from outside, as the kernel does when memory ends; the engine starts it again by the restart rule of the file."""
        before = self.pid(service)
        os.kill(before, signal.SIGKILL)
        try:
            self.wait(f"{service} runs again", lambda: self.pid(service) not in (0, before), 30)
        except SystemExit:
            self.run([self.program, "start", self.container(service)])
            return "started again by hand"
        return "restarted by the engine"

    def wait(self, what: str, done: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() > deadline:
                raise SystemExit(f"Waited {seconds:.0f} s in vain: {what}\n{self.logs()}")
            time.sleep(1)

    def logs(self) -> str:
        shown = []
        for service in ("web", "worker", "documents", "postgres", "proxy"):
            done = subprocess.run(
                [self.program, "logs", "--tail", "8", self.container(service)], capture_output=True, text=True, check=False
            )
            shown.append(f"--- {service}\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
        return "\n".join(shown)
