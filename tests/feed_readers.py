"""Programs that people read feeds with, each behind the same two verbs: how many entries are new, and which.

`Reader.look()` polls once and gives the titles of what it shows as new; the next look shows only what came
since. Programs that are not installed are named by `missing`.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Protocol

import feedparser
import feedparser_sgmllib

from tests.servers_smtp import SmtpServer

# `reader` brings a feedparser of its own, which wants a module that left Python's library and comes as
# sources only; feedparser has the same under another name.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)
import reader  # noqa: E402

PATIENCE = 60
NODE = Path(__file__).parents[1] / ".node"
"""Where `.ci/run` has npm put what tests/npm/package.json names."""
NPM_SCRIPT = Path(__file__).parent / "npm" / "feed_parsers.mjs"


class FeedReader(Protocol):
    """One program that follows one feed."""

    def look(self) -> list[str]: ...

    def close(self) -> None: ...


class Feedparser:
    """The library, with the memory that its manual tells programs to have."""

    formats = ("rss", "atom")

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._seen: set[str] = set()
        self._etag: Any = None
        self._modified: Any = None

    def look(self) -> list[str]:
        found = feedparser.parse(self._url, etag=self._etag, modified=self._modified)
        if found.status == 304:
            return []
        assert not found.bozo, found.bozo_exception
        self._etag, self._modified = found.get("etag"), found.get("modified")
        new = [entry for entry in found.entries if entry.id not in self._seen]
        self._seen |= {entry.id for entry in new}
        return [entry.title for entry in new]

    def close(self) -> None:
        pass


class Lemon24Reader:
    """`reader` by lemon24: keeps its feeds in a database."""

    formats = ("rss", "atom", "json")

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._reader = reader.make_reader(str(folder / "reader.sqlite"))
        self._reader.add_feed(url)

    def look(self) -> list[str]:
        self._reader.update_feed(self._url)  # at once, whatever it has planned
        (feed,) = self._reader.get_feeds()
        assert feed.last_exception is None, feed.last_exception
        unread = list(self._reader.get_entries(read=False))
        for entry in unread:
            self._reader.mark_entry_as_read(entry)
        return [entry.title or "" for entry in unread]

    def close(self) -> None:
        self._reader.close()


class Newsboat:
    """The terminal program; what is unread stands in its cache."""

    formats = ("rss", "atom")
    program = "newsboat"

    def __init__(self, url: str, folder: Path) -> None:
        self._folder = folder
        (folder / "urls").write_text(f"{url}\n")
        (folder / "config").write_text("download-retries 1\n")

    def look(self) -> list[str]:
        files = ["-u", "urls", "-c", "cache.db", "-C", "config"]
        run([self.program, *files, "-x", "reload"], self._folder)
        cache = sqlite3.connect(self._folder / "cache.db")
        try:
            titles = [title for (title,) in cache.execute("select title from rss_item where unread = 1")]
            cache.execute("update rss_item set unread = 0")
            cache.commit()
        finally:
            cache.close()
        return titles

    def close(self) -> None:
        pass


class Rss2email:
    """Sends a mail for each entry that is new to it."""

    formats = ("rss",)  # it reads both with feedparser, and takes its time to start
    program = "r2e"

    def __init__(self, url: str, folder: Path) -> None:
        self._folder = folder
        self._server = SmtpServer()
        self._server.__enter__()
        self._command = [self.program, "-c", "r2e.cfg", "-d", "r2e.json"]
        run([*self._command, "new", "reader@example.org"], folder)
        config = (folder / "r2e.cfg").read_text()
        for name, value in {
            "email-protocol": "smtp",
            "smtp-server": "127.0.0.1",
            "smtp-port": str(self._server.port),
            "smtp-ssl": "False",
            "from": "r2e@example.org",
        }.items():
            lines = [line for line in config.splitlines() if not line.startswith(f"{name} =")]
            config = "\n".join([lines[0], f"{name} = {value}", *lines[1:]]) + "\n"
        (folder / "r2e.cfg").write_text(config)
        run([*self._command, "add", "feed", url], folder)

    def look(self) -> list[str]:
        before = len(self._server.mails)
        run([*self._command, "run"], self._folder)
        mails = [message_from_bytes(mail.data, policy=policy.default) for mail in self._server.mails[before:]]
        return [str(mail["Subject"]) for mail in mails]

    def close(self) -> None:
        self._server.__exit__(None, None, None)


class NpmParser:
    """A parser of the npm registry, run by node, with the memory that its users give it."""

    package: str
    formats: tuple[str, ...]

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._seen: set[str] = set()
        self._etag = ""

    def look(self) -> list[str]:
        found = self.parse(self._url, self._etag)
        self._etag = found["etag"]
        new = [entry for entry in found["entries"] if entry["id"] not in self._seen]
        self._seen |= {entry["id"] for entry in new}
        return [entry["title"] for entry in new]

    @classmethod
    def parse(cls, url: str, etag: str = "") -> dict[str, Any]:
        """The feed's `etag`, and its `entries` with `id`, `title`, `link`, `date` and `content`."""
        command = ["node", "--input-type=module", "-", cls.package, url, etag]
        said: dict[str, Any] = json.loads(run(command, NODE, NPM_SCRIPT.read_text("utf-8")))
        return said

    def close(self) -> None:
        pass


class RssParser(NpmParser):
    package, formats = "rss-parser", ("rss", "atom")


class Feedsmith(NpmParser):
    package, formats = "feedsmith", ("rss", "atom", "json")


class FeedExtractor(NpmParser):
    package, formats = "@extractus/feed-extractor", ("rss", "atom", "json")


NPM_PARSERS = (RssParser, Feedsmith, FeedExtractor)
PROGRAMS = (Feedparser, Lemon24Reader, Newsboat, Rss2email, *NPM_PARSERS)


def missing(program: type) -> str:
    """The name of the command or package that is not installed, or ""."""
    name = getattr(program, "program", "")
    package = getattr(program, "package", "")
    if package and (not shutil.which("node") or not (NODE / "node_modules" / package).is_dir()):
        return f"{package} (npm, into .node)"
    return name if name and not shutil.which(name) else ""


def run(command: list[str], folder: Path, said: str = "") -> str:
    """A command at home in `folder`, told `said`, which must succeed."""
    here = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    ended = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | here | {"LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        input=said,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
