"""How the house is put together: keys, headers and fingerprints, and parts only when they are asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from syndicate.bootstrap import App, load_config
from syndicate.bootstrap.surroundings import login_headers, stamp_of
from syndicate.domain.errors import ConfigError, StorageError, SyndicateError
from tests import factories
from tests.clusters import LOCKED, Cluster
from tests.integration.test_cli import CONFIG

SECRETS = {"LI_TOKEN": "s3cret-token"}
Open = Callable[..., App]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens the app of the sample configuration with texts replaced, and closes it at the end."""
    with ExitStack() as closed:

        def open_app(*edits: tuple[str, str], environ: dict[str, str] | None = None) -> App:
            text = CONFIG.replace("POLICY", "auto")
            for before, after in edits:
                assert before in text
                text = text.replace(before, after)
            path = tmp_path / "s.toml"
            path.write_text(text, encoding="utf-8")
            environ = SECRETS if environ is None else environ
            app = App(load_config(path), clock=lambda: factories.NOON, environ=environ)
            return closed.enter_context(closing(app))

        yield open_app


# --- the database -------------------------------------------------------------------------------------


def test_the_password_of_the_database_comes_from_the_environment(
    opened: Open, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(cluster.bin_folder))
    cluster.sql(f"CREATE ROLE {LOCKED} LOGIN SUPERUSER PASSWORD 'geheim'")
    name = cluster.empty()
    url = cluster.url(name).replace("syndicate@", f"{LOCKED}@")
    edit = ("sqlite:///var/s.db", f'{url}"\npassword_env = "DB_PASSWORD')
    app = opened(edit, environ=SECRETS | {"DB_PASSWORD": "geheim"})
    app.database.backup(tmp_path / "copy.dump")
    with pytest.raises(StorageError, match="password authentication failed") as refused:
        _ = opened(edit, environ=SECRETS | {"DB_PASSWORD": "hemmeligt"}).database
    assert "hemmeligt" not in str(refused.value)
    with pytest.raises(ConfigError, match=r"storage\.password_env: .*DB_PASSWORD is not set"):
        _ = opened(edit).database
    app.close()
    cluster.drop(name)
    cluster.sql(f"DROP ROLE {LOCKED}")


# --- the key ------------------------------------------------------------------------------------------


def test_the_key_is_made_once_for_its_owner_only(opened: Open, tmp_path: Path) -> None:
    key = opened().key
    assert len(key) == 32
    assert opened().key == key
    assert (tmp_path / "var" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_the_key_file_can_lie_elsewhere(opened: Open, tmp_path: Path) -> None:
    assert opened(('languages = ["da", "en"]', 'key_file = "keys/k"')).key
    assert (tmp_path / "keys" / "k").exists()
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("content", [b"", b"no hex at all", b"ab" * 31, b"\xff\xfe"])
def test_a_damaged_key_is_never_replaced(opened: Open, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "var" / "secret.key"
    file.parent.mkdir()
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(SyndicateError, match="is damaged") as error:
        _ = opened().key
    assert "backup" in (error.value.hint or "")
    assert file.read_bytes() == content


def test_a_key_file_that_cannot_be_made_says_what_to_set(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError) as error:
        _ = opened(('languages = ["da", "en"]', 'key_file = "file/deep/k"')).key
    assert "site.key_file" in (error.value.hint or "")


# --- login headers of a source ------------------------------------------------------------------------


def _headers(opened: Open, environ: dict[str, str]) -> Any:

    app = opened(('language = "da"\npolicy', 'headers_env = "PAPERS"\npolicy'), environ=environ)
    return login_headers(app.config.sources[0], environ)


def test_headers_come_a_line_each(opened: Open) -> None:
    lines = "Authorization: Bearer a:b==\n X-Key :  k \n"
    assert _headers(opened, {"PAPERS": lines}) == {"Authorization": "Bearer a:b==", "X-Key": "k"}


@pytest.mark.parametrize(
    "value", ["s3cret", ": s3cret", "A: b\ns3cret", "A b: s3cret", "A: s3cret\0", "A: s3cretø", "A:"]
)
def test_headers_in_another_form_are_refused_without_telling_them(opened: Open, value: str) -> None:
    with pytest.raises(ConfigError, match="PAPERS must hold lines") as error:
        _headers(opened, {"PAPERS": value})
    assert "s3cret" not in f"{error.value}{error.value.hint}"


@pytest.mark.parametrize("environ", [{}, {"PAPERS": ""}])
def test_headers_that_are_not_there_are_told_with_their_key(opened: Open, environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="PAPERS is not set") as error:
        _headers(opened, environ)
    assert "headers_env" in str(error.value)


# --- what is private ----------------------------------------------------------------------------------


def test_other_private_places_are_named_with_their_ports(opened: Open) -> None:
    app = opened(('language = "da"\npolicy', 'also_private = ["filer.intra:8443", "[fd00::1]:80"]\npolicy'))
    access = app._access(app.config.sources[0])
    assert access.also_private == {("filer.intra", 8443), ("fd00::1", 80)}


@pytest.mark.parametrize(
    "place", ["filer.intra", "http://filer.intra:80", "*:80", "filer.intra:", "", "a b:1"]
)
def test_a_private_place_without_a_port_is_refused(opened: Open, place: str) -> None:
    with pytest.raises(ConfigError, match="also_private"):
        opened(('language = "da"\npolicy', f'also_private = ["{place}"]\npolicy'))


# --- parts when asked for -----------------------------------------------------------------------------


def test_seeing_how_it_goes_needs_no_secret_and_no_key(opened: Open, tmp_path: Path) -> None:
    app = opened(environ={})
    assert app.archive.status(app.clock()).destinations == ()
    assert not (tmp_path / "var" / "secret.key").exists()
    with pytest.raises(ConfigError, match="LI_TOKEN"):
        _ = app.destinations


def test_closing_builds_nothing(opened: Open, tmp_path: Path) -> None:
    opened().close()
    assert [path.name for path in tmp_path.iterdir()] == ["s.toml"]


def test_two_processes_have_two_names(opened: Open) -> None:
    assert opened().boot != opened().boot


def test_updates_are_fanned_out_once_to_each_kind_of_way_out(opened: Open) -> None:
    account = '[[accounts]]\nid = "li2"\nchannel = "linkedin"\nauthor = "urn:li:organization:2"\n'
    app = opened(("[[accounts]]", account + 'token_env = "LI_TOKEN"\n[[accounts]]'))
    assert app.channels == ("email", "linkedin")


@pytest.mark.parametrize(
    ("reply_to", "contact"),
    [("", ""), ("svar@papirer.example", "svar@papirer.example"),
     ("Svar <svar@papirer.example>", "svar@papirer.example")],
)  # fmt: skip
def test_readers_see_the_reply_address_and_never_the_operators(
    opened: Open, reply_to: str, contact: str
) -> None:
    app = opened(("timeout = 1", f'timeout = 1\nreply_to = "{reply_to}"')) if reply_to else opened()
    assert app.site.contact == contact
    assert "drift@" not in repr(app.site)


def test_a_renamed_topic_keeps_its_old_feeds(opened: Open) -> None:
    app = opened(('id = "sundhed"', 'id = "sundhed"\nwas = ["helbred"]'))
    feeds = {feed.name: feed.topics for feed in app._feed_records}
    assert feeds == {
        "all": (), "sundhed": ("sundhed",), "helbred": ("sundhed",), "source/papirer": (),
    }  # fmt: skip


# --- fingerprints and stamps --------------------------------------------------------------------------


def test_a_fingerprint_stays_while_nothing_changes(opened: Open) -> None:
    assert opened()._fingerprint("li") == opened()._fingerprint("li")
    assert opened()._fingerprint("li") != opened()._fingerprint("email")


def test_a_new_secret_or_setting_changes_only_its_own_fingerprint(opened: Open) -> None:
    before = opened()
    rotated = opened(environ={"LI_TOKEN": "another"})
    moved = opened(("organization:1", "organization:9"))
    assert len({app._fingerprint("li") for app in (before, rotated, moved)}) == 3
    assert len({app._fingerprint("email") for app in (before, rotated, moved)}) == 1


def test_a_fingerprint_tells_nothing_without_the_key(opened: Open, tmp_path: Path) -> None:
    before = opened()._fingerprint("li")
    assert SECRETS["LI_TOKEN"] not in json.dumps(before)
    (tmp_path / "var" / "secret.key").unlink()
    assert opened()._fingerprint("li") != before


def test_the_stamp_follows_names_and_contents_of_templates(tmp_path: Path) -> None:
    stamps = [stamp_of(()), stamp_of((tmp_path,))]
    assert stamps[0] == stamps[1]  # an empty folder overrides nothing
    file = tmp_path / "email" / "update.txt.j2"
    file.parent.mkdir()
    for content in ("a", "b"):
        file.write_text(content)
        stamps.append(stamp_of((tmp_path,)))
    file.rename(file.with_name("digest.txt.j2"))
    stamps.append(stamp_of((tmp_path,)))
    assert len(set(stamps)) == 4


def test_feeds_are_made_anew_when_a_template_is(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "own" / "email").mkdir(parents=True)
    own = ('languages = ["da", "en"]', 'templates = "own"')
    first = opened(own)
    made = first.feeds.render_feeds(first.clock())
    assert made > 0
    again = opened(own)
    assert again.feeds.render_feeds(again.clock()) == 0
    (tmp_path / "own" / "email" / "new.j2").write_text("Nyt")
    later = opened(own)
    assert later.feeds.render_feeds(later.clock()) == made
