"""The folder source: real files, read safely and only when they changed."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.ports import Access, NotModified, Retrieved, SourceKind, Validators
from syndicate.sources import folder
from syndicate.sources.folder import Config, build
from tests.unit.test_sources_page import FakeFetcher
from tests.watching import InProcess

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "råd"
    (root / "under" / "mappe").mkdir(parents=True)
    return root


def source(root: Path, **keys: object) -> SourceKind:
    return build(Config.model_validate({"path": root, **keys}), FakeFetcher(), Access(), InProcess())


def write(path: Path, text: str = "x") -> str:
    path.write_text(text)
    return str(path)


def retrieve(root: Path, address: str, validators: Validators | None = None) -> Retrieved | NotModified:
    return source(root).retrieve(address, validators, NOW)


def failure(root: Path, address: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        retrieve(root, address)
    assert address in str(caught.value)
    return caught.value


# --- what there is --------------------------------------------------------------------------------


def test_each_file_is_a_document_known_by_its_path(root: Path) -> None:
    write(root / "b.html")
    write(root / "under" / "mappe" / "Årsråd 2026.pdf")
    found = source(root).find(NOW)
    assert [(document.key, document.title, document.host) for document in found] == [
        ("b.html", "b", ""),
        ("under/mappe/Årsråd 2026.pdf", "Årsråd 2026", ""),
    ]
    assert found[1].address == str(root / "under" / "mappe" / "Årsråd 2026.pdf")
    assert not source(root).follows_attachments


def test_formats_that_cannot_be_read_are_seen_and_others_are_not(root: Path) -> None:
    watched = {"a.htm", "a.docx", "a.md", "a.txt", "a.odt", "a.xlsx", "a.doc"}
    for name in {*watched, "a.jpg", "a.py", "a"}:
        write(root / name)
    assert {document.key for document in source(root).find(NOW)} == watched


def test_the_operator_chooses_the_files(root: Path) -> None:
    for path in (root / "a.txt", root / "under" / "b.txt", root / "under" / "b.csv"):
        write(path)
    assert [document.key for document in source(root, glob=["*.txt", "a.*"]).find(NOW)] == ["a.txt"]
    assert [document.key for document in source(root, glob=["under/*"]).find(NOW)] == [
        "under/b.csv",
        "under/b.txt",
    ]


def test_hidden_files_lock_files_and_folders_are_left_out(root: Path) -> None:
    (root / "mappe.txt").mkdir()
    (root / ".git").mkdir()
    for path in (root / ".a.txt", root / "~$råd.docx", root / ".git" / "a.txt"):
        write(path)
    assert source(root).find(NOW) == []


def test_a_name_that_is_not_utf8_is_seen_and_spelled_out(root: Path) -> None:
    with open(os.fsencode(root) + b"/r\xe5d.txt", "wb"):  # noqa: PTH123
        pass
    [document] = source(root).find(NOW)
    assert document.key == "r\\xe5d.txt"
    assert failure(root, document.address).reason is FetchReason.NOT_FOUND


def test_a_folder_that_is_not_there_is_not_an_empty_one(tmp_path: Path) -> None:
    write(tmp_path / "file.txt")
    for path in (tmp_path / "væk", tmp_path / "file.txt"):
        with pytest.raises(FetchError) as caught:
            source(path).find(NOW)
        assert caught.value.reason is FetchReason.NOT_FOUND
        assert "path in [[sources]]" in caught.value.hint


# --- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.html", "text/html"),
        ("a.HTM", "text/html"),
        ("a.pdf", "application/pdf"),
        ("a.md", "text/markdown"),
        ("a.txt", "text/plain"),
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.odt", "application/vnd.oasis.opendocument.text"),
        ("a.other", "application/octet-stream"),
    ],
)
def test_a_file_is_read_with_its_type(root: Path, name: str, media_type: str) -> None:
    address = write(root / name, "blåbær")
    found = retrieve(root, address)
    assert isinstance(found, Retrieved)
    assert (found.url, found.body, found.media_type) == (address, "blåbær".encode(), media_type)


def test_a_file_that_did_not_change_is_not_read_again(root: Path) -> None:
    address = write(root / "a.txt")
    first = retrieve(root, address)
    assert isinstance(first, Retrieved)
    assert retrieve(root, address, first.validators) == NotModified(address)


def test_a_change_is_seen_even_where_time_and_size_were_kept(root: Path) -> None:
    address = write(root / "a.txt", "10 mg")
    first = retrieve(root, address)
    assert isinstance(first, Retrieved)
    before = Path(address).stat()
    while Path(address).stat().st_ctime_ns == before.st_ctime_ns:  # some kernels count in milliseconds
        write(root / "a.txt", "50 mg")
        os.utime(address, ns=(before.st_atime_ns, before.st_mtime_ns))
    second = retrieve(root, address, first.validators)
    assert isinstance(second, Retrieved)
    assert second.body == b"50 mg"


def test_a_file_that_was_replaced_is_read(root: Path) -> None:
    address = write(root / "a.txt", "samme")
    first = retrieve(root, address)
    assert isinstance(first, Retrieved)
    Path(write(root / "ny.txt", "samme")).replace(address)
    assert isinstance(retrieve(root, address, first.validators), Retrieved)


def test_validators_of_another_file_do_not_count(root: Path) -> None:
    first = retrieve(root, write(root / "a.txt"))
    assert isinstance(first, Retrieved)
    (root / "b.txt").hardlink_to(root / "a.txt")
    assert isinstance(retrieve(root, str(root / "b.txt"), first.validators), Retrieved)


def test_a_file_that_is_written_to_meanwhile_is_left_for_next_time(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = write(root / "a.txt", "begyndelsen")
    tags = iter(["before", "after"])
    monkeypatch.setattr(folder, "_tag", lambda status: next(tags))
    error = failure(root, address)
    assert error.reason is FetchReason.BROKEN
    assert "again" in error.hint


# --- what is refused ------------------------------------------------------------------------------


def test_a_file_that_is_gone(root: Path) -> None:
    assert failure(root, str(root / "a.txt")).reason is FetchReason.NOT_FOUND


def test_a_file_that_is_too_large_is_not_read(root: Path) -> None:
    address = write(root / "a.txt")
    os.truncate(address, folder.MAX_BYTES + 1)
    error = failure(root, address)
    assert error.reason is FetchReason.TOO_LARGE
    assert "50 MiB" in str(error)


def test_a_link_inside_the_folder_is_followed(root: Path) -> None:
    write(root / "under" / "a.txt", "her")
    (root / "b.txt").symlink_to("under/a.txt")
    found = retrieve(root, str(root / "b.txt"))
    assert isinstance(found, Retrieved)
    assert found.body == b"her"
    assert "b.txt" in [document.key for document in source(root).find(NOW)]


@pytest.mark.parametrize("target", ["../ude.txt", "/etc/passwd", "/dev/zero", "/proc/self/environ"])
def test_a_link_out_of_the_folder_is_told_and_not_followed(root: Path, target: str) -> None:
    write(root.parent / "ude.txt", "hemmeligt")
    (root / "a.txt").symlink_to(target)
    assert [document.key for document in source(root).find(NOW)] == ["a.txt"]
    assert failure(root, str(root / "a.txt")).reason is FetchReason.BAD_ADDRESS


def test_a_linked_folder_outside_is_not_walked_into(root: Path) -> None:
    (root.parent / "ude").mkdir()
    write(root.parent / "ude" / "a.txt")
    (root / "link").symlink_to(root.parent / "ude")
    assert source(root).find(NOW) == []
    assert failure(root, str(root / "link" / "a.txt")).reason is FetchReason.BAD_ADDRESS


@pytest.mark.parametrize("address", ["/etc/passwd", "../ude.txt", "", "a\0b", "x" * 5000])
def test_an_address_outside_the_folder_is_refused(root: Path, address: str) -> None:
    write(root.parent / "ude.txt")
    with pytest.raises(FetchError) as caught:
        retrieve(root, address)
    assert caught.value.reason in (FetchReason.BAD_ADDRESS, FetchReason.NOT_FOUND)


def test_pipes_sockets_folders_and_circles_are_no_files(root: Path) -> None:
    os.mkfifo(root / "pipe.txt")
    (root / "a.txt").symlink_to("b.txt")
    (root / "b.txt").symlink_to("a.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(root / "socket.txt"))
        reasons = {
            name: failure(root, str(root / name)).reason
            for name in ("pipe.txt", "under", "a.txt", "socket.txt")
        }
    assert reasons == {
        "pipe.txt": FetchReason.BAD_ADDRESS,
        "under": FetchReason.BAD_ADDRESS,
        "a.txt": FetchReason.BAD_ADDRESS,
        "socket.txt": FetchReason.BAD_ADDRESS,
    }


@pytest.mark.parametrize("pattern", ["", ".", "..", "../*.txt", "a/../../*.txt", "/etc/*"])
def test_a_pattern_that_leads_out_is_a_wrong_configuration(root: Path, pattern: str) -> None:
    with pytest.raises(ValidationError, match="inside the folder"):
        Config.model_validate({"path": root, "glob": [pattern]})


def test_an_unknown_key_is_a_wrong_configuration(root: Path) -> None:
    with pytest.raises(ValidationError, match="globs"):
        Config.model_validate({"path": root, "globs": ["*.txt"]})
