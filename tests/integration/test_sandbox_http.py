"""The networks over HTTP with their faults; a restart; a `kill -9`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
import requests
from oauthlib.oauth1 import Client

from syndicate import sandbox
from syndicate.sandbox import Ports
from tests.sandboxes import LINKEDIN_HEADERS, MAIL, SETTINGS, Talk, linkedin_body, order

Send = Callable[[Ports, str], requests.Response]


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Ports]:
    with sandbox.running(ledger=tmp_path / "ledger.jsonl") as ports:
        yield ports


def x(box: Ports, method: Literal["GET", "POST"], path: str, body: Any = None) -> requests.Response:
    """Signed by a library that the sandbox does not know."""
    signer = Client(SETTINGS.x_key, SETTINGS.x_secret, SETTINGS.x_token, SETTINGS.x_token_secret)
    url, headers, _ = signer.sign(f"{box.url}/x{path}", method, headers={"content-type": "application/json"})
    data = None if body is None else json.dumps(body)
    return requests.request(method, url, data=data, headers=headers, timeout=(5, 0.5))


def post_to_x(box: Ports, text: str) -> requests.Response:
    return x(box, "POST", "/2/tweets", {"text": text})


def post_to_linkedin(box: Ports, text: str) -> requests.Response:
    body = json.dumps(linkedin_body(text))
    return requests.post(f"{box.url}/linkedin/rest/posts", body, headers=LINKEDIN_HEADERS, timeout=(5, 0.5))


def post_to_facebook(box: Ports, text: str) -> requests.Response:
    form = {"message": text, "access_token": SETTINGS.facebook_token}
    return requests.post(f"{box.url}/facebook/v26.0/12/feed", form, timeout=(5, 0.5))


SENDERS: dict[str, Send] = {"x": post_to_x, "linkedin": post_to_linkedin, "facebook": post_to_facebook}
EACH = pytest.mark.parametrize("network", SENDERS)


def posts(box: Ports, **query: str) -> list[Any]:
    return list(requests.get(f"{box.url}/api/posts", params=query, timeout=5).json())


@EACH
def test_a_post_is_there_for_all_to_see(box: Ports, network: str) -> None:
    response = SENDERS[network](box, "Anbefaling 3 er ny")
    assert response.status_code == (200 if network == "facebook" else 201)
    (post,) = posts(box, network=network)
    assert (post["network"], post["text"], post["state"]) == (network, "Anbefaling 3 er ny", "live")
    assert post["id"] in (response.text + response.headers.get("x-restli-id", ""))
    page = requests.get(post["permalink"], timeout=5)
    assert page.status_code == 200 and "Anbefaling 3 er ny" in page.text
    assert posts(box, after=str(post["n"])) == []


@EACH
@pytest.mark.parametrize(
    "fault", ["timeout_before", "timeout_after_success", "reset_after_success", "half_body"]
)
def test_no_answer_arrives(box: Ports, network: str, fault: str) -> None:
    order(box.url, network, fault)
    with pytest.raises(requests.RequestException) as error:
        SENDERS[network](box, "Nyt")
    assert isinstance(error.value, requests.Timeout) == fault.startswith("timeout")
    assert len(posts(box)) == (fault != "timeout_before")
    SENDERS[network](box, "Andet").raise_for_status()


@EACH
@pytest.mark.parametrize(
    ("fault", "stored"), [("429", 0), ("500", 0), ("502_html", 0), ("500_after_success", 1), ("no_id", 1)]
)
def test_a_bad_answer_arrives(box: Ports, network: str, fault: str, stored: int) -> None:
    order(box.url, network, fault)
    response = SENDERS[network](box, "Nyt")
    assert response.status_code == {
        "429": 403 if network == "facebook" else 429,
        "502_html": 502,
        "no_id": 200 if network == "facebook" else 201,
    }.get(fault, 500)
    assert ("<html>" in response.text) == (fault == "502_html")
    found = posts(box)
    assert len(found) == stored
    if found:
        assert found[0]["id"] not in response.text + str(response.headers)


@EACH
@pytest.mark.parametrize(
    ("fault", "status"),
    [("expired_token", (401, 401, 400)), ("permission", (403, 403, 403)), ("duplicate", (403, 422, 400))],
)
def test_refuses_by_order(box: Ports, network: str, fault: str, status: tuple[int, int, int]) -> None:
    order(box.url, network, fault, after=1)
    send = SENDERS[network]
    send(box, "en").raise_for_status()
    assert send(box, "to").status_code == dict(zip(SENDERS, status, strict=True))[network]
    send(box, "tre").raise_for_status()
    reasons = [each["reason"] for each in requests.get(f"{box.url}/api/refusals", timeout=5).json()]
    assert reasons == [f"the fault {fault}, by order"]


@EACH
def test_a_post_vanishes_after_acceptance(box: Ports, network: str) -> None:
    order(box.url, network, "vanishing_post")
    SENDERS[network](box, "Nyt").raise_for_status()
    assert [post["state"] for post in posts(box)] == ["vanished"]
    assert timeline(box, network) == []


def timeline(box: Ports, network: str) -> list[str]:
    if network == "x":
        answer = x(box, "GET", f"/2/users/{SETTINGS.x_user_id}/tweets").json()
        return [post["text"] for post in answer.get("data", [])]
    if network == "linkedin":
        url = f"{box.url}/linkedin/rest/posts?q=author&author=urn%3Ali%3Aorganization%3A7"
        answer = requests.get(url, headers=LINKEDIN_HEADERS | {"x-restli-method": "FINDER"}, timeout=5).json()
        return [post["commentary"] for post in answer["elements"]]
    query = {"access_token": SETTINGS.facebook_token}
    answer = requests.get(f"{box.url}/facebook/v26.0/12/published_posts", query, timeout=5).json()
    return [post["message"] for post in answer["data"]]


@EACH
def test_a_timeline_lags_as_often_as_ordered(box: Ports, network: str) -> None:
    SENDERS[network](box, "gammel")
    order(box.url, network, "lagging_timeline", times=2)
    SENDERS[network](box, "ny")
    assert [timeline(box, network) for _ in range(3)] == [["gammel"], ["gammel"], ["ny", "gammel"]]


def test_reads_fail_too_when_that_is_ordered(box: Ports) -> None:
    order(box.url, "x", "429", on="read")
    assert x(box, "GET", "/2/users/me").status_code == 429
    assert x(box, "GET", "/2/users/me").json()["data"]["id"] == SETTINGS.x_user_id


def test_orders_are_listed_and_taken_back(box: Ports) -> None:
    order(box.url, "x", "500", times=3, after=1)
    (fault,) = requests.get(f"{box.url}/faults", timeout=5).json()
    assert (fault["network"], fault["fault"], fault["times"], fault["after"]) == ("x", "500", 3, 1)
    assert requests.delete(f"{box.url}/faults", timeout=5).status_code == 204
    assert requests.get(f"{box.url}/faults", timeout=5).json() == []


@pytest.mark.parametrize(
    ("data", "media_type", "status"),
    [
        ('{"network": "x", "fault": "nonsense"}', "application/json", 400),
        ("{", "application/json", 400),
        ('{"network": "x", "fault": "500"}', "text/plain", 415),
    ],
)
def test_refuses_orders(box: Ports, data: str, media_type: str, status: int) -> None:
    response = requests.post(f"{box.url}/faults", data, headers={"content-type": media_type}, timeout=5)
    assert response.status_code == status and response.json()["error"]


@EACH
def test_refuses_bodies_without_end(box: Ports, network: str) -> None:
    path = {"x": "/2/tweets", "linkedin": "/rest/posts", "facebook": "/v26.0/12/feed"}[network]
    response = requests.post(f"{box.url}/{network}{path}", b"a" * 1_100_000, timeout=5)
    assert response.status_code == 413


def test_nothing_can_be_deleted_from_the_ledger(box: Ports) -> None:
    for path in ("/api/mails", "/api/posts", "/api/ledger"):
        assert requests.delete(box.url + path, timeout=5).status_code == 405


def test_a_card_is_read_once_and_stays_until_it_is_refreshed(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    page = site / "index.html"
    page.write_text('<title>Gammel</title><meta property="og:description" content="Mere">', "utf-8")
    with sandbox.running(ledger=tmp_path / "ledger.jsonl", site=site) as box:
        refresh = {"id": f"{box.url}/site/", "scrape": "true", "access_token": SETTINGS.facebook_token}
        first = requests.post(f"{box.url}/facebook/v26.0/", refresh, timeout=5).json()
        assert (first["title"], first["description"]) == ("Gammel", "Mere")
        page.write_text('<title>Uvigtig</title><meta property="og:title" content="Ny">', "utf-8")
        form = {"message": "Nyt", "link": f"{box.url}/site/", "access_token": SETTINGS.facebook_token}
        requests.post(f"{box.url}/facebook/v26.0/12/feed", form, timeout=5).raise_for_status()
        assert [post["title"] for post in posts(box)] == ["Gammel"]
        requests.post(f"{box.url}/facebook/v26.0/", refresh, timeout=5).raise_for_status()
        assert [post["title"] for post in posts(box)] == ["Ny"]


def test_remembers_everything_after_a_restart(tmp_path: Path) -> None:
    with sandbox.running(ledger=tmp_path / "ledger.jsonl") as box:
        for network, send in SENDERS.items():
            send(box, f"Nyt på {network}").raise_for_status()
        with Talk(box.smtp) as talk:
            talk.ready_for_data().send(MAIL + b".\r\n")
            assert talk.reply().startswith("250")
        before = [{**post, "permalink": ""} for post in posts(box)]
        mails = requests.get(f"{box.url}/api/mails", timeout=5).json()
    with sandbox.running(ledger=tmp_path / "ledger.jsonl") as box:
        assert [{**post, "permalink": ""} for post in posts(box)] == before
        assert requests.get(f"{box.url}/api/mails", timeout=5).json() == mails
        assert post_to_x(box, "Nyt på x").status_code == 403
        assert post_to_linkedin(box, "Nyt på linkedin").status_code == 422
        assert post_to_facebook(box, "Nyt på facebook").status_code == 400


# --- as a process of its own ---


class Child:
    """`python -m syndicate.sandbox` on free ports."""

    def __init__(self, ledger: Path, *more: str, blocks: int = 0) -> None:
        command = [
            sys.executable,
            "-m",
            "syndicate.sandbox",
            "--http-port=0",
            "--smtp-port=0",
            f"--ledger={ledger}",
        ]
        if blocks:  # of 512 octets, beyond which it is as if the disk were full
            command = ["sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh", *command]
        self.process = subprocess.Popen(
            [*command, *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ.copy()
        )
        assert self.process.stdout
        told = json.loads(self.process.stdout.readline())
        self.ports = Ports("127.0.0.1", told["http"], told["smtp"])
        assert told["url"] == self.ports.url + "/"

    def end(self, how: int) -> int:
        self.process.send_signal(how)
        return self.wait()

    def wait(self) -> int:
        self.process.communicate(timeout=20)
        return self.process.returncode


def test_what_was_accepted_survives_a_kill(tmp_path: Path) -> None:
    accepted = 0
    for start in range(3):
        child = Child(tmp_path / "ledger.jsonl")
        with Talk(child.ports.smtp) as talk:
            talk.ready_for_data().send(MAIL.replace(b"<1@", b"<%d@" % start) + b".\r\n")
            assert talk.reply().startswith("250")
        post_to_x(child.ports, f"nr. {start}").raise_for_status()
        accepted += 2
        assert child.end(signal.SIGKILL) == -signal.SIGKILL
        assert (tmp_path / "ledger.jsonl").read_bytes().count(b"\n") == accepted
    child = Child(tmp_path / "ledger.jsonl")
    counted = requests.get(f"{child.ports.url}/api/ledger", timeout=5).json()
    assert counted["entries"] == 6 and counted["distinct"] == {"mails": 3, "posts": 3}
    assert child.end(signal.SIGTERM) == 0


def test_stops_with_its_standard_input(tmp_path: Path) -> None:
    child = Child(tmp_path / "ledger.jsonl", "--exit-with-stdin")
    assert requests.get(f"{child.ports.url}/healthz", timeout=5).json() == {"status": "ok"}
    assert child.process.stdin
    child.process.stdin.close()
    child.process.stdin = None
    assert child.wait() == 0


def test_stops_although_someone_waits_for_an_answer(tmp_path: Path) -> None:
    child = Child(tmp_path / "ledger.jsonl")
    order(child.ports.url, "smtp", "mute")
    with Talk(child.ports.smtp):
        assert child.end(signal.SIGTERM) == 0


def test_names_the_port_that_is_in_use(tmp_path: Path, box: Ports) -> None:
    with pytest.raises(OSError, match=f"port {box.http} of 127.0.0.1"):
        sandbox.serve(http_port=box.http, smtp_port=0, ledger=tmp_path / "other.jsonl")


@pytest.mark.parametrize(
    "arguments", [["--host=0.0.0.0"], ["--host=example.org"], ["--ledger=/proc/nothing/here"]]
)
def test_says_why_it_cannot_start(tmp_path: Path, arguments: list[str]) -> None:
    command = [sys.executable, "-m", "syndicate.sandbox", f"--ledger={tmp_path / 'ledger'}", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert ended.returncode == 1 and ended.stderr.startswith("The sandbox cannot run:")


def test_accepts_nothing_that_the_disk_does_not_take(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    child = Child(ledger, "--exit-with-stdin", blocks=2)
    post_to_facebook(child.ports, "kort").raise_for_status()
    assert post_to_facebook(child.ports, "lang " * 500).status_code == 503
    assert post_to_facebook(child.ports, "kort igen").status_code == 503
    with Talk(child.ports.smtp) as talk:
        talk.ready_for_data().send(MAIL + b".\r\n")
        assert talk.reply().startswith("451")
    health = requests.get(f"{child.ports.url}/healthz", timeout=5)
    assert health.status_code == 503 and "Make room" in health.json()["error"]
    child.end(signal.SIGKILL)
    with sandbox.running(ledger=ledger) as box:
        assert [post["text"] for post in posts(box)] == ["kort"]
        post_to_facebook(box, "nu").raise_for_status()
