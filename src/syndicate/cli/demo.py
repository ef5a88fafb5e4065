"""demo: the whole story in under a minute, on a temporary database, verified from outside.

It starts the real sandbox and the real service as processes of their own, edits a copy of the sample page,
subscribes through form, mail and button, and believes only what HTTP, the mailbox and the networks show.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click

from syndicate import assets
from syndicate.cli.observer import Observer, Unexpected, require
from syndicate.cli.output import err, out, say

READER = "laeser@example.org"
EVERY = "1s"
VISITS = 3
NETWORKS = ("linkedin", "facebook", "x")
FEEDS = ("rss", "atom", "json")
DATE_LINE = r"(Senest opdateret: )[^<]+"
COUNTER = r"(vist <span>)[\d.]+"
ADVICE = r"(<li>[^<]* )bør\b"
"""What the demo edits: there also on a page that somebody has tried edits of their own on."""


@click.command()
@click.option("--keep", is_flag=True, help="Keep everything running at the end, until Enter or Ctrl-C.")
def demo(keep: bool) -> None:
    """Tell the whole story once, and check each step from outside."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="syndicate-demo-")))
        try:
            story = Story(folder, stack)
            story.tell()
        except Unexpected as error:
            say(f"  ✗ {error}", "bold red")
            _show_log(folder / "run.log")
            raise click.exceptions.Exit(1) from error
        say("\nEvery step was seen from outside.", "bold green")
        if keep or (out.is_terminal and sys.stdin.isatty()):
            click.prompt("Everything is still running. Press Enter to end", default="", show_default=False)


def edited(page: str, before: str, after: str) -> str:
    """The sample page with the first place that looks like the pattern `before` changed."""
    text, found = re.subn(before, after, page, count=1)
    require(found, f"The sample page has nothing like {before!r} any more: undo your edits of it.")
    return text


class Story:
    """The sandbox, the service, and what is to be seen of them."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._look = Observer()
        config = folder / "config"
        shutil.copytree(assets.folder("config"), config, ignore=shutil.ignore_patterns("var"))
        self._page = config / "sample-site" / "index.html"
        ports = stack.enter_context(_sandbox(folder, config / "sample-site"))
        self.sandbox = f"http://127.0.0.1:{ports['http']}"
        port = _free_port()
        self.site = f"http://127.0.0.1:{port}"
        _adapt(config / "syndicate.toml", ports, port)
        stack.enter_context(_service(folder, config))

    def tell(self) -> None:
        self._baseline()
        self._subscription()
        self._cosmetic_edit()
        self._real_edit()
        update_url = self._feeds_and_page()
        self._mail(update_url)
        self._posts(update_url)
        self._no_repetition()
        self._addresses(update_url)

    # --- the steps --------------------------------------------------------------------------------

    def _baseline(self) -> None:
        say("1. The service starts and reads the sample page for the first time.", "bold")
        self._look.until("the service", lambda: self._look.get(f"{self.site}/readyz")[0] == 200)
        self._look.until("the first reading", lambda: self._look.get(f"{self.site}/documents/1")[0] == 200)
        require(not self._entries("json"), "The first reading was announced; it is no news.")
        _seen("the page is known, and nothing was announced")

    def _subscription(self) -> None:
        say("2. A reader subscribes: form, mail, button.", "bold")
        status, form = self._look.get(f"{self.site}/subscribe")
        require(status == 200 and "<form" in form, "There is no form to subscribe with.")
        topics = re.findall(r'name="topics?"[^>]*value="([^"]+)"', form)
        require(topics, "The form offers no topics.")
        name = re.findall(r'name="(topics?)"', form)[0]
        fields: dict[str, str | list[str]] = {
            "address": READER,
            "email": READER,
            name: topics,
            "language": "da",
        }
        status, _ = self._look.post(f"{self.site}/subscribe", fields)
        require(status in (200, 202, 303), f"The form answered {status}.")
        mail = self._look.until("the confirmation mail", self._mails)[0]
        link = re.search(rf"{re.escape(self.site)}/confirm/[0-9a-f]+", mail["text"])
        require(link, "The mail has no link to confirm with.")
        assert link is not None
        status, page = self._look.get(link[0])
        require(status == 200 and "<form" in page, "The link shows no button.")
        require(self._look.post(link[0], {})[0] in (200, 303), "The button did not confirm.")
        _seen(f"{READER} confirmed; opening the link alone had changed nothing")

    def _cosmetic_edit(self) -> None:
        say("3. Somebody changes the date line and the visitor counter.", "bold")
        self._edit(DATE_LINE, r"\g<1>14. feb. 2017")
        self._edit(COUNTER, r"\g<1>19.977")
        self._visits()
        require(not self._entries("json"), "A date line was announced.")
        require(len(self._mails()) == 1 and not self._all_posts(), "A date line was sent out.")
        _seen(f"{VISITS} more visits, and nobody was bothered")

    def _real_edit(self) -> None:
        say("4. A recommendation is sharpened: »bør« becomes »skal«.", "bold")
        self._edit(ADVICE, r"\g<1>skal")

    def _feeds_and_page(self) -> str:
        (entry,) = self._look.until("the feed entry", lambda: self._entries("json"))
        say(f"   {entry['title']}", "italic")
        for name in FEEDS:
            body = self._look.until(f"the {name} feed", partial(self._feed_with, name, entry["title"]))
            require("skal" in body and "bør" in body, f"The {name} feed lacks the old and new wording.")
        _seen("one entry in the RSS, Atom and JSON feeds, with the old and the new wording")
        url: str = entry["url"]
        status, page = self._look.get(url)
        require(status == 200 and "<del" in page and "<ins" in page, "The update's page has no redline.")
        _seen(f"a page with the redline: {url}")
        return url

    def _mail(self, update_url: str) -> None:
        def told() -> list[dict[str, Any]]:
            return [mail for mail in self._mails() if update_url in mail["text"]]

        (mail,) = self._look.until("the mail", told)
        for part in ("text", "html"):
            require("bør" in mail[part] and "skal" in mail[part], f"The mail's {part} lacks the wording.")
        headers = {name.lower(): value for name, value in mail["headers"]}
        require("list-unsubscribe-post" in headers, "The mail cannot be unsubscribed with one click.")
        _seen(f"one mail to {READER}: {mail['subject']}")

    def _posts(self, update_url: str) -> None:
        for network in NETWORKS:
            posts = self._look.until(f"the post on {network}", partial(self._on, network))
            require(len(posts) == 1, f"There are {len(posts)} posts on {network}.")
            everything = json.dumps(posts[0], ensure_ascii=False)
            require(update_url in everything, f"The post on {network} does not lead to the update.")
            _seen(f"one post on {network}: {posts[0]['permalink']}")

    def _no_repetition(self) -> None:
        say("5. More visits to the changed page.", "bold")
        before = (len(self._mails()), len(self._all_posts()), len(self._entries("json")))
        self._visits()
        after = (len(self._mails()), len(self._all_posts()), len(self._entries("json")))
        require(before == after == (2, 3, 1), f"Something was repeated: {before}, then {after}.")
        _seen("nothing was repeated")

    def _addresses(self, update_url: str) -> None:
        say("\nLook at", "bold")
        for url in (
            self.site,
            update_url,
            f"{self.site}/feeds",
            f"{self.sandbox}/mailbox",
            f"{self.sandbox}/posts",
        ):
            say(f"  {url}")

    # --- looking ----------------------------------------------------------------------------------

    def _edit(self, before: str, after: str) -> None:
        text = edited(self._page.read_text(encoding="utf-8"), before, after)
        changed = self._page.with_suffix(".new")
        changed.write_text(text, encoding="utf-8")
        changed.replace(self._page)

    def _visits(self) -> None:
        """Waits until the page was asked for some more times, as the server of the page saw it."""
        start = self._asked()
        self._look.until("more visits", lambda: self._asked() >= start + VISITS)

    def _asked(self) -> int:
        asked: dict[str, int] = self._look.json(f"{self.sandbox}/api/site")["requests"]
        return asked.get("", 0)

    def _entries(self, name: str) -> list[Any]:
        status, body = self._look.get(f"{self.site}/feeds/all.{name}")
        return json.loads(body)["items"] if status == 200 else []

    def _feed_with(self, name: str, title: str) -> str:
        status, body = self._look.get(f"{self.site}/feeds/all.{name}")
        return body if status == 200 and title[:20] in body else ""

    def _mails(self) -> list[dict[str, Any]]:
        mails: list[dict[str, Any]] = self._look.json(f"{self.sandbox}/api/mails")
        return mails

    def _all_posts(self) -> list[dict[str, Any]]:
        posts: list[dict[str, Any]] = self._look.json(f"{self.sandbox}/api/posts")
        return posts

    def _on(self, network: str) -> list[dict[str, Any]]:
        return [post for post in self._all_posts() if post["network"] == network]


# --- processes ----------------------------------------------------------------------------------------


@contextmanager
def _sandbox(folder: Path, site: Path) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "syndicate.sandbox", "--http-port", "0", "--smtp-port", "0"]
    command += ["--ledger", str(folder / "ledger.jsonl"), "--site", str(site), "--exit-with-stdin"]
    with _process(command, folder / "sandbox.log", stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        line = child.stdout.readline()
        require(line, "The sandbox did not start.")
        yield json.loads(line)


@contextmanager
def _service(folder: Path, config: Path) -> Iterator[None]:
    environ = dict(os.environ)
    for line in (config / "sandbox.env").read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not name.startswith("#"):
            environ[name.strip()] = value.strip().strip("\"'")
    command = [sys.executable, "-m", "syndicate", "run", "--config", str(config / "syndicate.toml")]
    with _process(command, folder / "run.log", env=environ):
        yield


@contextmanager
def _process(command: list[str], log: Path, **options: Any) -> Iterator[subprocess.Popen[str]]:
    with log.open("w") as file:
        options = {"stdout": file, **options}
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=file, text=True, **options)  # noqa: S603
        try:
            yield child
        finally:
            child.terminate()
            child.wait()
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    stream.close()


def _adapt(path: Path, ports: dict[str, Any], port: int) -> None:
    """The shipped configuration with this run's ports; everything else stays as users get it."""
    text = path.read_text(encoding="utf-8")
    for before, after in (
        ("127.0.0.1:8025", f"127.0.0.1:{ports['http']}"),
        ("127.0.0.1:1025", f"127.0.0.1:{ports['smtp']}"),
        ("127.0.0.1:8080", f"127.0.0.1:{port}"),
        ("port = 8080", f"port = {port}"),
        ("metrics_port = 9108", "metrics_port = 0"),
        ('every = "5s"', f'every = "{EVERY}"'),
    ):
        require(before in text, f"The shipped configuration lacks {before!r}.")
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _seen(what: str) -> None:
    say(f"  ✓ {what}", "green")


def _show_log(log: Path) -> None:
    if log.exists():
        err.print("The end of the service's log:")
        for line in log.read_text(errors="replace").splitlines()[-15:]:
            err.print(f"  {line}", markup=False)
