"""Killed once the bytes were kept and before anything was concluded of them: still announced, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from tests.processes import NETWORKS, PATIENCE, Installation, Sandbox, sandbox, subscribe, until
from tests.servers import Peer, ScriptedServer, head, mute, page, versioned

READER = "laeser@example.org"
PAGE = """<!DOCTYPE html><html lang="da"><title>Anbefalinger om søvn</title>
<main><h1>Anbefalinger om søvn</h1>
<ol><li>Kommunen bør tilbyde alle forældre et kursus om børns søvn.</li>
<li>Skolen {} lade undervisningen for de ældste begynde efter klokken 9.</li>
<li>Klubberne bør lukke senest klokken 21 på hverdage.</li></ol></main>
<aside><h2>Dokumenter</h2><p><a href="/fakta.md">Download fakta</a></p></aside></html>"""
FACTS = page("# Fakta om søvn\n\nHver fjerde elev sover mindre end 8 timer.", media_type="text/markdown")


def not_modified(peer: Peer) -> None:
    """All that this server says from now on."""
    peer.send(head(304, {"ETag": '"2"'}))


@pytest.fixture(name="box")
def a_sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox(tmp_path) as box:
        yield box


def test_a_kill_between_keeping_and_concluding_loses_nothing(tmp_path: Path, box: Sandbox) -> None:
    """The page is kept before its documents are asked for: one that never answers holds the visit there."""
    hanging = Event()

    def hang(peer: Peer) -> None:
        hanging.set()
        mute(peer)

    def changed(peer: Peer) -> None:
        server.at("/fakta.md", hang)
        page(PAGE.format("skal"), headers={"ETag": '"2"'})(peer)

    with ScriptedServer() as server:
        server.at("/", versioned(PAGE.format("bør"), etag='"1"'))
        server.at("/fakta.md", FACTS)
        house = Installation(tmp_path, box)
        house.set(f"{box.url}/site/", server.url("/"))
        with house.run() as service:
            until("the first reading", service.has_read)
            subscribe(service.url, READER, box)
            server.at("/", changed)
            assert hanging.wait(PATIENCE)
            service.kill()
        assert len(box.mails()) == 1, "the confirmation alone: nothing can be concluded yet"

        for path in ("/", "/fakta.md"):
            server.at(path, not_modified)
        with house.run() as service:
            (entry,) = until("the announcement", service.entries)
            assert "skal" in entry["content_html"]
            until("mail and posts", lambda: (len(box.mails(READER)), len(box.posts())) == (2, 3))
            start = server.paths().count("/")
            until("three more visits", lambda: server.paths().count("/") >= start + 3)
            assert len(service.entries()) == 1
        assert len(box.mails(READER, about=entry["url"])) == 1
        assert {network: len(box.posts(network)) for network in NETWORKS} == dict.fromkeys(NETWORKS, 1)
