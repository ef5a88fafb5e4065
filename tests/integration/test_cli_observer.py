"""The demo's view from outside, against a server that behaves as it is told; and what `run` begins with."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Timer
from urllib.parse import parse_qs

import pytest

from syndicate import assets
from syndicate.bootstrap import App, load_config
from syndicate.cli import diagnosis, running
from syndicate.cli.context import lock_path, opened_app, working_app
from syndicate.cli.demo import ADVICE, COUNTER, DATE_LINE, edited
from syndicate.cli.observer import Observer, Unexpected, require
from syndicate.domain.errors import SyndicateError
from syndicate.runner.presence import Presence
from tests.integration.test_cli import CONFIG, Desk
from tests.servers import Script, ScriptedServer, page, raw, redirect, reset

SAMPLE = assets.folder("config") / "sample-site" / "index.html"


@pytest.mark.parametrize(
    ("pattern", "after", "changed"),
    [
        (DATE_LINE, r"\g<1>14. feb. 2017", "Senest opdateret: 14. feb. 2017"),
        (COUNTER, r"\g<1>19.977", "vist <span>19.977</span> gange"),
        (ADVICE, r"\g<1>skal", "<li>Boligorganisationen skal stille lokaler"),
    ],
)
def test_the_demo_works_on_a_page_that_was_tried_out(pattern: str, after: str, changed: str) -> None:
    page = SAMPLE.read_text("utf-8").replace("09. jan. 2017", "10. jan. 2017").replace("18.402", "18.455")
    tried = page.replace("Kommunen bør", "Kommunen skal").replace("samtalen bør", "samtalen skal")
    text = edited(tried, pattern, after)
    assert changed in text and changed not in tried
    with pytest.raises(Unexpected, match="undo your edits"):
        edited("<li>Andet</li>", pattern, after)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("LI_TOKEN", "s3cret-token")
    return Desk(tmp_path)


@pytest.fixture
def observer() -> Observer:
    return Observer(patience=0)


# --- seeing from outside ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "seen"),
    [
        (page("Blåbær"), (200, "Blåbær")),
        (page(b"r\xf8d"), (200, "r\ufffdd")),
        (page("Gone", status=410), (410, "Gone")),
        (page("Not yet", status=503), (503, "Not yet")),
        (reset, (0, "")),
        (raw(b""), (0, "")),
        (raw(b"no HTTP at all\r\n\r\n"), (0, "")),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), (0, "")),
        (raw(b"HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\nhalf"), (0, "")),
    ],
)
def test_whatever_is_answered_is_seen_and_no_answer_is_status_0(
    server: ScriptedServer, observer: Observer, script: Script, seen: tuple[int, str]
) -> None:
    server.at("/a", script)
    assert observer.get(server.url("/a")) == seen


def test_a_closed_port_is_status_0(observer: Observer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert observer.get(f"http://127.0.0.1:{port}/") == (0, "")


def test_redirects_are_seen_and_not_followed(server: ScriptedServer, observer: Observer) -> None:
    server.at("/old", redirect("/new", body=b"moved"))
    assert observer.get(server.url("/old")) == (302, "moved")
    assert server.paths() == ["/old"]


def test_a_form_is_sent_as_from_the_same_site(server: ScriptedServer, observer: Observer) -> None:
    server.at("/subscribe", page("Tak"))
    fields: dict[str, str | list[str]] = {"address": "å+b@example.org", "topics": ["sundhed", "arbejde"]}
    assert observer.post(server.url("/subscribe"), fields) == (200, "Tak")
    (request,) = server.requests
    assert request.method == "POST"
    assert request.headers["origin"] == server.url("").rstrip("/")
    sent = parse_qs(request.body.decode())
    assert sent == {"address": ["å+b@example.org"], "topics": ["sundhed", "arbejde"]}


def test_json_of_an_error_is_not_read(server: ScriptedServer, observer: Observer) -> None:
    server.at("/good", page('{"posts": [1]}'))
    server.at("/bad", page('{"posts": []}', status=500))
    assert observer.json(server.url("/good")) == {"posts": [1]}
    with pytest.raises(Unexpected, match="/bad answered 500"):
        observer.json(server.url("/bad"))


def test_waiting_ends_with_the_first_thing_that_is_there() -> None:
    seen = iter([[], "", ["post"]])
    assert Observer(patience=60).until("a post", lambda: next(seen)) == ["post"]


def test_waiting_in_vain_says_for_what(observer: Observer) -> None:
    with pytest.raises(Unexpected, match=r"Waited 0 s in vain for a mail to reader@example\.org\."):
        observer.until("a mail to reader@example.org", lambda: None)


def test_what_is_not_so_is_unexpected() -> None:
    require(["something"], "not raised")
    with pytest.raises(Unexpected, match="Two mails came"):
        require([], "Two mails came.")


# --- listening ----------------------------------------------------------------------------------------


def test_a_busy_port_is_named_with_what_to_set() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SyndicateError) as error:
            running._listen("127.0.0.1", port)
    assert f"127.0.0.1:{port}" in error.value.message
    assert "web.port" in (error.value.hint or "")


def test_an_address_of_another_machine_is_told_not_raised_raw() -> None:
    with pytest.raises(SyndicateError, match=r"cannot listen on 192\.0\.2\.1:8080"):
        running._listen("192.0.2.1", 8080)


def test_a_port_is_free_again_at_once() -> None:
    with running._listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = first.accept()
            accepted.close()  # our side ends first and lingers
    running._listen("127.0.0.1", port).close()


def test_a_stop_that_takes_too_long_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    left = Event()
    monkeypatch.setattr(running, "_leave", left.set)
    with running._no_longer_than(0):
        assert left.wait(10)


def test_a_stop_in_time_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    timers: list[Timer] = []

    class Watched(Timer):
        def cancel(self) -> None:
            timers.append(self)
            super().cancel()

    monkeypatch.setattr(running, "Timer", Watched)
    with pytest.raises(KeyError), running._no_longer_than(3600):
        raise KeyError
    (timer,) = timers
    timer.join(10)
    assert not timer.is_alive()
    assert timer.daemon


def test_the_sandbox_beside_ends_with_us(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, observer: Observer
) -> None:
    monkeypatch.setattr(running, "HTTP_PORT", 0)
    monkeypatch.setattr(running, "SMTP_PORT", 0)
    monkeypatch.setattr(running, "config_path", lambda: desk.config)
    caplog.set_level(logging.INFO, "syndicate")
    with closing(App(load_config(desk.config))) as app:
        with running._sandbox_beside(app):
            url = caplog.messages[-1].rpartition(" ")[2]
            assert observer.json(f"{url}/healthz") == {"status": "ok"}
        assert observer.get(f"{url}/healthz") == (0, "")


def test_a_sandbox_that_does_not_start_is_told_with_its_ports(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(running, "HTTP_PORT", taken.getsockname()[1])
        monkeypatch.setattr(running, "config_path", lambda: desk.config)
        with closing(App(load_config(desk.config))) as app:
            beside = running._sandbox_beside(app)
            with pytest.raises(SyndicateError) as error:
                beside.__enter__()
        assert str(taken.getsockname()[1]) in (error.value.hint or "")
    assert "The sandbox cannot run" in capfd.readouterr().err


# --- who works ----------------------------------------------------------------------------------------


def test_the_lock_lies_beside_the_database(desk: Desk) -> None:
    with closing(App(load_config(desk.config))) as app:
        assert lock_path(app) == desk.folder / "var" / "s.db.lock"


def test_the_lock_of_a_distant_database_lies_beside_the_configuration(desk: Desk) -> None:
    text = CONFIG.replace("POLICY", "auto")
    desk.config.write_text(text.replace("sqlite:///var/s.db", "postgresql+psycopg://db.example/s"))
    with closing(App(load_config(desk.config))) as app:
        assert lock_path(app) == desk.folder / "syndicate.lock"


def test_a_command_that_failed_holds_no_lock(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicate.cli.context.config_path", lambda: desk.config)
    with pytest.raises(KeyError), working_app() as app:
        raise KeyError
    presence = Presence(lock_path(app))
    assert presence.alone
    presence.close()


def test_a_command_beside_a_running_one_works_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicate.cli.context.config_path", lambda: desk.config)
    with opened_app() as app:
        running_one = Presence(lock_path(app))
        running_one.share()
    with working_app() as other:
        assert other.archive.status(other.clock()).documents == ()
    running_one.close()


# --- what the doctor sees -----------------------------------------------------------------------------


def _findings(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[bool, str]]:
    monkeypatch.setattr(diagnosis, "config_path", lambda: desk.config)
    return {finding["what"]: (finding["ok"], finding["hint"]) for finding in diagnosis.findings()}


def test_the_doctor_stops_at_a_faulty_configuration(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.config.write_text("[site]\nno_such_key = 1\n")
    ((what, (fine, _)),) = _findings(desk, monkeypatch).items()
    assert not fine
    assert "no_such_key" in what


def test_the_doctor_stops_at_a_database_that_does_not_open(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.folder / "var").mkdir()
    (desk.folder / "var" / "s.db").write_bytes(b"this is no database at all" * 100)
    found = _findings(desk, monkeypatch)
    assert [fine for fine, _ in found.values()] == [True, False]
    assert any(what.startswith("the database: ") for what in found)


def test_the_doctor_wants_room_and_goes_on_looking(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "DISK_FLOOR", 1 << 70)
    found = _findings(desk, monkeypatch)
    (full,) = [what for what in found if what.startswith("the disk: ")]
    assert "MB are free" in full
    assert found[full] == (False, "Make room before it is full.")
    assert found["the templates"][0]
    assert found["the secrets of channels and accounts"][0]


def test_the_doctor_tells_a_public_key_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(App(load_config(desk.config))) as app:
        assert app.key
    key = desk.folder / "var" / "secret.key"
    key.chmod(0o640)
    found = _findings(desk, monkeypatch)
    (public,) = [what for what in found if what.startswith("the key of the links: ")]
    assert found[public] == (False, f"chmod 600 {key}")


def test_the_doctor_repeats_the_problem_of_a_document(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.paper.parent / "ny.pdf").write_bytes(b"%PDF-1.7 nothing more")
    desk.type("check", "--all")
    told = [what for what, (fine, _) in _findings(desk, monkeypatch).items() if not fine]
    assert any(what.startswith("document ny") and "no PDF" in what for what in told)
