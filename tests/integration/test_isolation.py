"""Real children and documents that harm them: the parent lives, says what happened, and reads on."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Barrier, Thread

import pytest

import syndicate
from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import Version
from syndicate.isolation.pool import Limits, ReaderPool
from syndicate.ports import ReadOptions
from tests.docx_writer import write_docx
from tests.pdf_writer import bomb, encrypted, self_reference, set_lines, write_pdf

PAGE = "<html lang=da><main><h1>Råd</h1><p>Kommunen bør tilbyde en samtale.</p></main>".encode()
SLOW = b"<p>a b c d</p>" * 600_000  # seconds of work, megabytes of tree
PATIENCE = 30.0
MEGABYTE = 1024 * 1024


@pytest.fixture(name="pool")
def warm_pool() -> Iterator[ReaderPool]:
    with ReaderPool() as pool:
        yield pool


def read(pool: ReaderPool, data: bytes, url: str = "https://a.example/") -> Version:
    return pool.read(data, media_type="", url=url, options=ReadOptions())


def refusal(pool: ReaderPool, data: bytes) -> ParseError:
    with pytest.raises(ParseError) as caught:
        read(pool, data)
    return caught.value


def children() -> list[int]:
    """The readers that this process has started and that have not ended; tests have servers, too."""
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # a thread that has just ended
            found += map(int, task.joinpath("children").read_text().split())
    return [pid for pid in found if _state(pid) != "Z" and _is_reader(pid)]


def _is_reader(pid: int) -> bool:
    """A process that is just ending has no command any more; it is one of ours until it is gone."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        return not command or b"syndicate.isolation" in command
    except OSError:
        return False


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def busy(pid: int) -> bool:
    """Whether the process has computed for longer than its start takes."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK") > 0.6


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


# --- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        PAGE,
        write_pdf([set_lines(["Kommunen bør tilbyde en samtale."])]),
        write_docx("<w:p><w:r><w:t>Råd</w:t></w:r></w:p>"),
        b"# Title\n\nText.",
    ],
    ids=["html", "pdf", "docx", "text"],
)
def test_a_child_reads_what_the_library_reads(pool: ReaderPool, data: bytes) -> None:
    assert read(pool, data) == syndicate.read(data, url="https://a.example/")


def test_options_and_errors_cross_the_pipe(pool: ReaderPool) -> None:
    with pytest.raises(ParseError) as caught:
        pool.read(PAGE, media_type="", url="", options=ReadOptions(select=(".nowhere",)))
    assert caught.value.reason is ParseReason.NO_TEXT
    assert ".nowhere" in caught.value.message
    assert caught.value.hint


def test_one_warm_child_serves_one_thread(pool: ReaderPool) -> None:
    read(pool, PAGE)
    first = children()
    for _ in range(5):
        read(pool, PAGE)
    assert children() == first and len(first) == 1


def test_no_child_starts_before_there_is_something_to_read(pool: ReaderPool) -> None:
    assert children() == []


def test_threads_read_at_the_same_time() -> None:
    results: list[str] = []
    barrier = Barrier(4)

    def work(number: int) -> None:
        barrier.wait()
        results.extend(read(pool, f"<p>Tråd {number}, tur {turn}</p>".encode()).text for turn in range(5))

    with ReaderPool(size=2) as pool:
        threads = [Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert len(children()) <= 2
    assert sorted(results) == sorted(f"Tråd {number}, tur {turn}" for number in range(4) for turn in range(5))


def test_a_child_is_replaced_after_its_share() -> None:
    with ReaderPool(size=1, limits=Limits(documents_per_child=2)) as pool:
        seen = set()
        for _ in range(4):
            read(pool, PAGE)
            seen.update(children())
        assert len(seen) == 2


def test_closing_ends_the_children_and_reading_again_starts_new_ones(pool: ReaderPool) -> None:
    read(pool, PAGE)
    pool.close()
    assert children() == []
    assert read(pool, PAGE).title == "Råd"


# --- what a child may do ------------------------------------------------------------------------


def test_a_child_has_limits_no_environment_and_its_own_session(
    pool: ReaderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "hemmelig")
    read(pool, PAGE)
    (pid,) = children()
    limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
    soft = {line[:25].strip(): line[26:].split()[0] for line in limits}
    assert soft["Max core file size"] == "0"
    assert soft["Max open files"] == "64"
    assert soft["Max file size"] == str(16 * MEGABYTE)
    assert int(soft["Max address space"]) < 3000 * MEGABYTE
    assert int(soft["Max cpu time"]) <= 25
    assert b"hemmelig" not in Path(f"/proc/{pid}/environ").read_bytes()
    assert os.getsid(pid) == pid


# --- hostile documents --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [self_reference(), bomb(layers=1), bomb(layers=3)],
    ids=["self reference", "operator bomb", "nested flate"],
)
def test_a_pdf_that_ends_pdfium_ends_a_child_only(data: bytes) -> None:
    with ReaderPool(limits=Limits(memory=128 * MEGABYTE)) as pool:
        error = refusal(pool, data)
        assert error.reason is ParseReason.LIMIT
        assert "SIGABRT" in error.message
        assert read(pool, PAGE).title == "Råd"


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(wall_seconds=2.0), "more than 2 s"),  # the next child must start and read within it
        (Limits(cpu_seconds=0), "computing time"),
        (Limits(memory=24 * MEGABYTE), ""),  # who meets this limit first, says it in other words
    ],
)
def test_each_limit_is_kept_and_named(limits: Limits, words: str) -> None:
    with ReaderPool(size=1, limits=limits) as pool:
        error = refusal(pool, SLOW)
        assert error.reason is ParseReason.LIMIT
        assert words in error.message
        assert children() == []
        assert read(pool, PAGE).title == "Råd"


def test_what_is_too_large_is_not_even_sent() -> None:
    with ReaderPool(limits=Limits(document=MEGABYTE)) as pool:
        assert refusal(pool, b"x" * (MEGABYTE + 1)).reason is ParseReason.TOO_LARGE
        assert children() == []


def test_a_page_of_fifty_megabytes_is_refused(pool: ReaderPool) -> None:
    assert refusal(pool, b"<p>" + b"x " * (25 * MEGABYTE)).reason is ParseReason.TOO_LARGE


def test_an_encrypted_pdf_is_the_publishers_problem_not_the_childs(pool: ReaderPool) -> None:
    assert refusal(pool, encrypted()).reason is ParseReason.ENCRYPTED
    before = children()
    read(pool, PAGE)
    assert children() == before


# --- deaths -------------------------------------------------------------------------------------


def test_a_child_killed_half_way_is_an_error_of_that_document_only(pool: ReaderPool) -> None:
    errors: list[ParseError] = []
    thread = Thread(target=lambda: errors.append(refusal(pool, SLOW)))
    thread.start()
    wait_until(lambda: any(map(busy, children())))
    os.kill(children()[0], signal.SIGKILL)
    thread.join(PATIENCE)
    assert [error.reason for error in errors] == [ParseReason.LIMIT]
    assert "SIGKILL" in errors[0].message
    assert read(pool, PAGE).title == "Råd"


def test_a_child_killed_while_idle_is_replaced_unnoticed(pool: ReaderPool) -> None:
    read(pool, PAGE)
    (pid,) = children()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not children())
    assert read(pool, PAGE).title == "Råd"


PARENT = """
import os, sys
from syndicate.isolation.pool import ReaderPool
from syndicate.ports import ReadOptions
pool = ReaderPool()
pool.read(b"<p>x</p>", media_type="", url="", options=ReadOptions())
task = f"/proc/self/task/{os.getpid()}/children"
print(open(task).read(), flush=True)
sys.stdin.read()
"""


def test_children_end_when_their_parent_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
        ended, _, _ = select.select([child], [], [], PATIENCE)
        os.close(child)
    assert ended


def test_lists_of_addresses_are_read_in_a_child_too(pool: ReaderPool) -> None:
    data = b"<urlset><url><loc>https://a.example/1</loc><lastmod>2026-02-28</lastmod></url></urlset>"
    listing = pool.list_addresses(data, media_type="text/xml", url="https://a.example/sitemap.xml")
    assert [(entry.url, str(entry.stated)) for entry in listing.entries] == [
        ("https://a.example/1", "2026-02-28 00:00:00+00:00")
    ]
    with pytest.raises(ParseError) as caught:
        pool.list_addresses(PAGE, media_type="text/html", url="https://a.example/")
    assert caught.value.reason is ParseReason.UNSUPPORTED
