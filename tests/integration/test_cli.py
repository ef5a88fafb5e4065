"""The command line as an operator types it, on a folder of papers: no network, a real database."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from syndicate.cli import cli
from syndicate.domain.errors import SyndicateError

CONFIG = """
[site]
title = "Papirer"
base_url = "http://127.0.0.1:8080"
feed_id = "tag:papirer.example,2026:"
languages = ["da", "en"]
[operator]
email = "drift@papirer.example"
[storage]
url = "sqlite:///var/s.db"
[[topics]]
id = "sundhed"
title = "Sundhed"
[[sources]]
id = "papirer"
kind = "folder"
path = "papirer"
topics = ["sundhed"]
language = "da"
policy = "POLICY"
[channels.email]
smtp = "smtp://127.0.0.1:9"
sender = "Nyt <nyt@papirer.example>"
timeout = 1
[[accounts]]
id = "li"
channel = "linkedin"
base_url = "http://127.0.0.1:9/linkedin"
author = "urn:li:organization:1"
token_env = "LI_TOKEN"
"""
PAPER = (
    "# Kost\n\n## Anbefalinger\n\n1. Kommunen bør servere frugt hver dag.\n2. Der bør være vand på bordet.\n"
)


class Desk:
    """Types commands in a folder of the test's own."""

    def __init__(self, folder: Path, policy: str = "auto") -> None:
        self.folder = folder
        self.config = folder / "s.toml"
        self.config.write_text(CONFIG.replace("POLICY", policy), encoding="utf-8")
        self.paper = folder / "papirer" / "kost.md"
        self.paper.parent.mkdir()
        self.paper.write_text(PAPER, encoding="utf-8")

    def type(self, *words: str, code: int = 0) -> str:
        result = self.result(*words)
        if result.exception and not isinstance(result.exception, SystemExit | SyndicateError):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    def result(self, *words: str) -> Result:
        return CliRunner().invoke(cli, [*words, "--config", str(self.config)])

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.type(*words, "--json", code=code))

    def edit(self, before: str, after: str) -> None:
        text = self.paper.read_text(encoding="utf-8")
        assert before in text
        self.paper.write_text(text.replace(before, after), encoding="utf-8")


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LI_TOKEN", "s3cret-token")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def reviewed(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, "review")
    desk.type("check", "--all")
    desk.edit("bør servere", "skal servere")
    desk.type("check", "--all")
    return desk


# --- watching -----------------------------------------------------------------------------------------


def test_check_reads_first_and_announces_then(desk: Desk) -> None:
    assert "papirer: kost: drop" in desk.type("check", "--all")
    assert "Nothing is due" in desk.type("check")
    desk.edit("bør servere", "skal servere")
    said = desk.type("check", "papirer", "--explain")
    assert "announce" in said
    assert "new bytes" in said
    (update,) = desk.json("updates")
    assert update["texts"]["da"]["title"] == "Anbefaling 1 er skærpet: »bør« er blevet til »skal«"


def test_check_tells_json_too(desk: Desk) -> None:
    (visit,) = desk.json("check", "--all")["visits"]
    assert (visit["source_id"], visit["outcome"]) == ("papirer", "drop")


def test_a_source_that_there_is_not_is_wrong_use(desk: Desk) -> None:
    result = desk.result("check", "papiere")
    assert result.exit_code == 2
    assert "There are: papirer" in result.output


def test_a_file_that_cannot_be_read_is_told_and_fails(desk: Desk) -> None:
    (desk.paper.parent / "ny.pdf").write_bytes(b"%PDF-1.7 nothing more")
    said = desk.type("check", "--all")
    assert "ny: The document is no PDF" in said
    status = desk.json("status", code=1)
    assert any("no PDF" in d["problem"] for d in status["documents"])


def test_read_shows_blocks_numbers_and_json(desk: Desk) -> None:
    said = CliRunner().invoke(cli, ["read", str(desk.paper)]).output
    assert "\n1. Kommunen bør servere frugt hver dag." in said
    data = json.loads(CliRunner().invoke(cli, ["read", str(desk.paper), "--json"]).output)
    assert data["language"] == "da"


def test_read_of_nothing_says_so(desk: Desk) -> None:
    result = CliRunner().invoke(cli, ["read", str(desk.folder / "none.pdf")])
    assert isinstance(result.exception, SyndicateError)
    assert "cannot be read" in str(result.exception)


def test_read_of_a_private_address_is_refused() -> None:
    result = CliRunner().invoke(cli, ["read", "http://127.0.0.1:9/"])
    assert isinstance(result.exception, SyndicateError)
    assert "--allow-private" in str(result.exception)


def test_diff_needs_no_database_and_writes_a_redline(desk: Desk, tmp_path: Path) -> None:
    after = tmp_path / "after.md"
    after.write_text(PAPER.replace("bør servere", "skal servere"), encoding="utf-8")
    page = tmp_path / "redline.html"
    said = CliRunner().invoke(cli, ["diff", str(desk.paper), str(after), "--html", str(page)]).output
    assert "1 change, substantive" in said
    assert "[-bør-]{+skal+}" in said
    assert "strength: bør → skal (stronger)" in said
    assert "<del" in page.read_text(encoding="utf-8")
    assert not (tmp_path / "var").exists()


def test_diff_says_from_when_a_change_holds(tmp_path: Path) -> None:
    before, after = tmp_path / "before.md", tmp_path / "after.md"
    before.write_text("# Råd\n\nKommunen bør tilbyde alle børn et måltid.", encoding="utf-8")
    after.write_text(
        "# Råd\n\nKommunen skal tilbyde alle børn et måltid. Det gælder fra 1. januar 2027.", encoding="utf-8"
    )
    said = CliRunner().invoke(cli, ["diff", str(before), str(after)]).output
    assert "effective: 2027-01-01" in said


# --- the editorial step -------------------------------------------------------------------------------


def test_a_held_update_is_listed_shown_previewed_and_approved(reviewed: Desk) -> None:
    (held,) = reviewed.json("updates", "--held")
    assert held["state"] == "held"
    assert "skærpet" in reviewed.type("show", held["id"][:6])
    preview = reviewed.type("preview", held["id"])
    assert "POST http://127.0.0.1:9/linkedin/rest/posts" in preview
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in preview
    assert "s3cret-token" not in preview
    assert "is published" in reviewed.type("approve", held["id"])
    assert reviewed.json("updates", "--held") == []


def test_approval_binds_to_the_hashes_that_preview_shows(reviewed: Desk) -> None:
    (held,) = reviewed.json("updates", "--held")
    shown = [message["sha256"] for message in reviewed.json("preview", held["id"])]
    words = [word for sha in shown for word in ("--sha256", sha)]
    reviewed.edit("vand på bordet", "vand på alle borde")
    reviewed.type("check", "--all")
    refused = reviewed.result("approve", held["id"], *words)
    assert "has changed since it was looked at" in str(refused.exception)
    again = [message["sha256"] for message in reviewed.json("preview", held["id"])]
    assert "is published" in reviewed.type(
        "approve", held["id"], *[w for s in again for w in ("--sha256", s)]
    )


def test_preview_of_one_channel(reviewed: Desk) -> None:
    (held,) = reviewed.json("updates", "--held")
    channels = {m["channel"] for m in reviewed.json("preview", held["id"], "--channel", "linkedin")}
    assert channels == {"linkedin"}


def test_a_dismissed_update_stays_untold(reviewed: Desk) -> None:
    (held,) = reviewed.json("updates", "--held")
    assert "is dismissed" in reviewed.type("dismiss", held["id"])
    assert reviewed.json("updates") == []
    assert "drop" in reviewed.type("check", "--all")


def test_show_needs_no_secret(reviewed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (held,) = reviewed.json("updates", "--held")
    monkeypatch.delenv("LI_TOKEN")
    assert "skærpet" in reviewed.type("show", held["id"])
    result = reviewed.result("approve", held["id"])
    assert "LI_TOKEN is not set" in str(result.exception)


# --- sending ------------------------------------------------------------------------------------------


def test_what_cannot_be_sent_waits_and_is_told(desk: Desk) -> None:
    desk.type("subscribers", "add", "laeser@example.org", "--consent", "Papirformular nr. 7")
    desk.type("check", "--all")
    desk.edit("bør servere", "skal servere")
    desk.type("check", "--all")
    said = desk.type("deliver", code=1)
    assert "email waits" in said
    states = {(d["destination"], d["state"]) for d in desk.json("deliveries")}
    assert states == {("email", "pending"), ("li", "pending")}
    assert "s3cret-token" not in json.dumps(desk.json("status"))
    assert "waits" in desk.type("doctor", code=1)


def test_settling_takes_both_words_and_an_uncertain_delivery(desk: Desk) -> None:
    assert desk.result("deliveries", "--settle", "1").exit_code == 2
    refused = desk.result("deliveries", "--settle", "1", "--as", "sent")
    assert "neither uncertain nor dead" in str(refused.exception)


def test_subscribers_are_imported_exported_and_erased(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "readers.csv"
    rows = [("address", "language", "topics"), ("a@example.org", "en", "sundhed"), ("not an address", "", "")]
    with file.open("w", newline="") as lines:
        csv.writer(lines).writerows(rows)
    assert "1 imported, 1 refused" in desk.type("subscribers", "import", str(file), "--consent", "x", code=1)
    assert desk.type("subscribers", "export").splitlines()[1] == "a@example.org,en,sundhed,active"
    desk.type("subscribers", "erase", "a@example.org")
    assert desk.json("subscribers", "export") == []
    assert "is not known" in str(desk.result("subscribers", "erase", "a@example.org").exception)
    again = desk.result("subscribers", "add", "a@example.org", "--consent", "an old list")
    assert "was erased" in str(again.exception)
    assert "0 imported, 2 refused" in desk.type("subscribers", "import", str(file), "--consent", "x", code=1)


def test_channels_are_listed() -> None:
    assert set(json.loads(CliRunner().invoke(cli, ["channels", "--json"]).output)) >= {"email", "linkedin"}


# --- the rest -----------------------------------------------------------------------------------------


def test_config_may_stand_before_the_command(desk: Desk) -> None:
    result = CliRunner().invoke(cli, ["--config", str(desk.config), "status", "--json"])
    assert json.loads(result.output)["documents"] == []


def test_status_is_fine_when_all_is(desk: Desk) -> None:
    desk.type("check", "--all")
    said = desk.type("status")
    assert "kost" in said.lower()
    (document,) = desk.json("status")["documents"]
    assert (document["checks"], document["problem"]) == (1, "")


def test_doctor_finds_a_missing_secret(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LI_TOKEN")
    said = desk.type("doctor", code=1)
    assert "LI_TOKEN is not set" in said
    assert "export LI_TOKEN=" in said


def test_a_backup_is_made_once(desk: Desk, tmp_path: Path) -> None:
    desk.type("check", "--all")
    copy = tmp_path / "copy.db"
    desk.type("db", "backup", str(copy))
    assert copy.stat().st_size > 0
    assert "exists already" in str(desk.result("db", "backup", str(copy)).exception)
    assert "up to date" in desk.type("db", "upgrade")


def test_init_makes_a_configuration_that_loads(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["init", str(tmp_path / "new")])
    assert result.exit_code == 0
    config = tmp_path / "new" / "config" / "syndicate.toml"
    listed = CliRunner().invoke(cli, ["status", "--json", "--config", str(config)])
    assert json.loads(listed.output)["documents"] == []
    again = CliRunner().invoke(cli, ["init", str(tmp_path / "new")])
    assert "exists already" in str(again.exception)


def test_the_key_file_is_private_and_a_public_one_is_refused(desk: Desk) -> None:
    desk.type("subscribers", "add", "a@example.org", "--consent", "x")
    desk.type("subscribers", "erase", "a@example.org")
    key = desk.folder / "var" / "secret.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o644)
    refused = desk.result("subscribers", "add", "b@example.org", "--consent", "x")
    assert "can read the key file" in str(refused.exception)
