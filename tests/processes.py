"""The real processes of acceptance tests: the sandbox, the service, and commands, as an operator starts them.

    with sandbox(tmp_path, site=site.folder) as box:
        house = Installation(tmp_path, box)
        with house.run() as service:
            site.edit("bør", "skal")
            until("the post on X", lambda: box.posts("x"))

Each process leads a group of its own, is waited for by what can be seen of it from outside, and ends with its
`with` block at the latest, by its own id.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import requests

T = TypeVar("T")

SHIPPED = Path(__file__).parents[1] / "config"
NETWORKS = ("x", "linkedin", "facebook")
PATIENCE = 180.0
"""Seconds that only a fault, or a machine without any time for us, makes pass."""
POLL = 0.05
STOP_LIMIT = 20.0
"""Seconds within which the service ends when it is told to, whatever keeps it waiting."""


def until(what: str, look: Callable[[], T], patience: float = PATIENCE, poll: float = POLL) -> T:
    """What `look` sees, as soon as it sees something; it looks every `poll` seconds."""
    end = time.monotonic() + patience
    while not (seen := look()):
        assert time.monotonic() < end, f"waited {patience:.0f} s in vain for {what}"
        time.sleep(poll)
    return seen


def get(url: str, **headers: str) -> requests.Response:
    """One GET, redirects not followed."""
    return requests.get(url, headers=headers, allow_redirects=False, timeout=30)


def free_port() -> int:
    """A port that nobody uses and the system gives to nobody by itself, also while its user is restarted."""
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    while True:
        port = random.randrange(10_000, 60_000)
        if first <= port <= last:
            continue
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def copied_config(folder: Path) -> Path:
    """A private copy of the shipped `config/` in `folder`."""
    target = folder / "config"
    shutil.copytree(SHIPPED, target, ignore=shutil.ignore_patterns("var", "__pycache__"))
    return target


def descendants(pid: int) -> list[int]:
    """The processes below `pid` that have not ended."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread that has just ended
            for child in map(int, task.read_text().split()):
                found += [child, *descendants(child)]
    return found


def is_alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Process:
    """A process group, ended with the `with` block by SIGKILL if it has not ended before."""

    def __init__(self, command: list[str], log: Path, *, env: Mapping[str, str], cwd: Path) -> None:
        self.log = log
        self._output = log.open("ab")
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=self._output,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        if error is not None:
            error.add_note(f"{self.log} ends with:\n{self.tail()}")
        else:
            assert "Traceback" not in self.text(), self.tail()

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def kill(self) -> None:
        """SIGKILL to the whole group, and waits for its end."""
        if not self.has_ended():
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        self._end()

    def stop(self, patience: float = PATIENCE) -> int:
        """SIGTERM, as a service manager does; gives the exit code."""
        self._process.terminate()
        code = self._process.wait(patience)
        self._end()
        return code

    def text(self) -> str:
        """All that it has written."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def tail(self) -> str:
        """The end of what it has written, without the requests that waiting tests make."""
        lines = [line for line in self.text().splitlines() if '"GET /' not in line]
        return "\n".join(lines[-40:])

    def _end(self) -> None:
        self._process.wait()
        self._output.close()
        if self._process.stdin:
            self._process.stdin.close()


# --- the sandbox --------------------------------------------------------------------------------------


class Sandbox:
    """A running sandbox, seen over HTTP and in its ledger."""

    def __init__(self, http: int, smtp: int, ledger: Path) -> None:
        self.url = f"http://127.0.0.1:{http}"
        self.http, self.smtp = http, smtp
        self.ledger = ledger

    def mails(self, to: str = "", *, about: str = "") -> list[dict[str, Any]]:
        """The mails that it took, oldest first; only those to a reader, or whose text has `about`."""
        mails: list[dict[str, Any]] = self._json("/api/mails" + (f"?to={to}" if to else ""))
        return [mail for mail in mails if about in mail["text"]]

    def posts(self, network: str = "", *, about: str = "") -> list[dict[str, Any]]:
        """The posts that it took, oldest first; only those of a network, or that have `about` in them."""
        posts: list[dict[str, Any]] = self._json(f"/api/posts?network={network}")
        return [post for post in posts if about in json.dumps(post, ensure_ascii=False)]

    def asked(self, path: str = "") -> int:
        """How often the watched site was asked for a path; "" is the page itself."""
        asked: dict[str, int] = self._json("/api/site")["requests"]
        return asked.get(path, 0)

    def entries(self, kind: str) -> int:
        """How many mails, or posts, are in the ledger, read from the file itself: quick, at any moment."""
        return self.ledger.read_bytes().count(f'"kind":"{kind}"'.encode())

    def order(self, network: str, fault: str, **more: Any) -> None:
        """Switches a fault on."""
        wish = {"network": network, "fault": fault} | more
        answer = requests.post(f"{self.url}/faults", json=wish, timeout=30)
        assert answer.status_code == 201, answer.text

    def open_faults(self) -> list[str]:
        """The faults that nobody has met yet."""
        return [f"{fault['network']} {fault['fault']}" for fault in self._json("/faults")]

    def _json(self, path: str) -> Any:
        answer = get(self.url + path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def sandbox(folder: Path, site: Path | None = None, *options: str) -> Iterator[Sandbox]:
    """A sandbox on ports of its own. `options` are further ones of its command line."""
    ledger, log = folder / "ledger.jsonl", folder / "sandbox.log"
    command = [sys.executable, "-m", "syndicate.sandbox", "--http-port", "0", "--smtp-port", "0"]
    command += ["--ledger", str(ledger), "--exit-with-stdin", *options]
    command += ["--site", str(site)] if site else []
    with Process(command, log, env=os.environ, cwd=folder) as process:
        lines = until("the sandbox", lambda: re.findall(r"^\{.*\}$", process.text(), re.MULTILINE))
        ports = json.loads(lines[0])
        yield Sandbox(ports["http"], ports["smtp"], ledger)
        assert process.stop() == 0


class SamplePage:
    """A private copy of the sample site, to be edited as an editor does: whole files, at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def edit(self, before: str, after: str) -> None:
        """Changes the page, which has `before` exactly once."""
        page = (self.folder / "index.html").read_text(encoding="utf-8")
        assert page.count(before) == 1, f"the page has this {page.count(before)} times: {before}"
        self.put("index.html", page.replace(before, after).encode())

    def put(self, name: str, data: bytes) -> None:
        """Puts a file in its place, never half of it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(path.name + ".new")
        new.write_bytes(data)
        new.replace(path)


# --- the service --------------------------------------------------------------------------------------


class Installation:
    """A folder with the shipped configuration, led to a sandbox; `config` is the file, `url` the site."""

    def __init__(self, folder: Path, box: Sandbox, *, every: str = "0.5s") -> None:
        self.folder = folder
        self.config = folder / "config" / "syndicate.toml"
        if not self.config.exists():
            copied_config(folder)
        self.database = folder / "var" / "syndicate.db"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.environ = {**os.environ, **_secrets(self.config.with_name("sandbox.env"))}
        self.set("127.0.0.1:8025", f"127.0.0.1:{box.http}")
        self.set("127.0.0.1:1025", f"127.0.0.1:{box.smtp}")
        self.set("127.0.0.1:8080", f"127.0.0.1:{port}")
        self.set("port = 8080", f"port = {port}")
        self.set("metrics_port = 9108", "metrics_port = 0")
        self.set('every = "5s"', f'every = "{every}"')
        self.set('gap = "0.2s"', 'gap = "0s"')

    def set(self, before: str, after: str) -> None:
        """Changes the configuration, wherever it has `before`."""
        text = self.config.read_text(encoding="utf-8")
        assert before in text, f"the configuration lacks {before!r}"
        self.config.write_text(text.replace(before, after), encoding="utf-8")

    def start(self) -> Service:
        """`syndicate run`, on its way up."""
        return Service(self)

    @contextmanager
    def run(self) -> Iterator[Service]:
        """`syndicate run`, once it is ready."""
        with self.start() as service:
            service.wait_ready()
            yield service

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command, to its end."""
        return subprocess.run(
            self.command_line(*arguments),
            env=self.environ,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def json(self, *arguments: str) -> Any:
        """What a command with `--json` says, whatever its exit code."""
        done = self.command(*arguments, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def command_line(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "syndicate", *arguments, "--config", str(self.config)]

    def import_readers(self, addresses: list[str]) -> None:
        """Readers of everything, whose consent was given elsewhere."""
        file = self.folder / "readers.csv"
        file.write_text("\n".join(addresses) + "\n")
        done = self.command("subscribers", "import", str(file), "--consent", "asked for it on paper")
        assert done.returncode == 0, done.stderr

    def deliveries(self, *states: str) -> list[dict[str, Any]]:
        """The deliveries as the operator sees them, in these states."""
        wanted = [argument for state in states for argument in ("--state", state)]
        found: list[dict[str, Any]] = self.json("deliveries", "--limit", "10000", *wanted)
        return found

    def destinations(self) -> dict[str, dict[str, Any]]:
        """How sending goes, by the name of the destination."""
        return {one["name"]: one for one in self.json("status")["destinations"]}

    def problems(self) -> dict[str, str]:
        """What the operator is told of each watched document, by the id of its source."""
        documents = self.json("status")["documents"]
        return {document["source_id"]: document["problem"] for document in documents}


class Service(Process):
    """`syndicate run` of an installation."""

    def __init__(self, house: Installation) -> None:
        self.url = house.url
        command = house.command_line("run")
        super().__init__(command, house.folder / "run.log", env=house.environ, cwd=house.folder)
        self._feeds: dict[str, tuple[str, bytes]] = {}

    def wait_ready(self) -> None:
        until("the service", self._is_ready)

    def feed(self, name: str) -> bytes:
        """A feed ("all.rss") as a polite reader has it, who says what he got the last time."""
        etag, content = self._feeds.get(name, ("", b""))
        answer = get(f"{self.url}/feeds/{name}", **{"If-None-Match": etag} if etag else {})
        if answer.status_code == 304:
            return content
        assert answer.status_code == 200, answer.text
        self._feeds[name] = answer.headers["ETag"], answer.content
        return answer.content

    def entries(self, feed: str = "all") -> list[dict[str, Any]]:
        """The entries of a JSON feed, newest first."""
        entries: list[dict[str, Any]] = json.loads(self.feed(f"{feed}.json"))["items"]
        return entries

    def has_read(self, document: int = 1) -> bool:
        """Whether the public can see a document, which is once it was read."""
        return get(f"{self.url}/documents/{document}").status_code == 200

    def _is_ready(self) -> bool:
        assert not self.has_ended(), f"the service has ended by itself:\n{self.tail()}"
        with suppress(requests.ConnectionError):
            return get(f"{self.url}/readyz").status_code == 200
        return False


def subscribe(url: str, address: str, box: Sandbox) -> None:
    """Subscribes as a reader does: form, mail, link, button."""
    form = get(f"{url}/subscribe").text
    assert 'name="topic" value="all"' in form, form
    fields = {"email": address, "topic": "all"}
    assert _post(f"{url}/subscribe", fields).status_code in (200, 202, 303)
    mail = until("the confirmation mail", lambda: box.mails(address))[0]
    link = re.search(rf"{re.escape(url)}/confirm/[0-9a-f]+", mail["text"])
    assert link, mail["text"]
    assert "<form" in get(link[0]).text
    assert _post(link[0], {}).status_code in (200, 303)


def _post(url: str, fields: Mapping[str, str]) -> requests.Response:
    origin = "/".join(url.split("/")[:3])
    return requests.post(url, data=fields, headers={"Origin": origin}, allow_redirects=False, timeout=30)


def _secrets(path: Path) -> dict[str, str]:
    lines = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines())
    return {
        name.strip(): value.strip() for name, equals, value in lines if equals and not name.startswith("#")
    }
