"""The watchdog: it ends a blocked call whatever stands on top of the socket, and only its own."""

from __future__ import annotations

import socket
import threading

import pytest

from syndicate.fetching.deadline import Deadline, current


def test_a_blocked_call_ends_when_the_time_is_over() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, Deadline(0.05) as deadline:
        deadline.watch(ours)
        assert ours.recv(1) == b""
        assert deadline.expired


def test_a_socket_that_was_taken_over_is_still_reached() -> None:
    ours, theirs = socket.socketpair()
    with theirs, Deadline(0.05) as deadline:
        deadline.watch(ours)
        with socket.socket(fileno=ours.detach()) as taken:  # what wrapping in TLS does
            assert taken.recv(1) == b""


def test_a_socket_that_comes_too_late_is_shut_at_once() -> None:
    first, second = socket.socketpair()
    with first, second, Deadline(0.0) as deadline:
        deadline.watch(first)
        assert first.recv(1) == b""
        deadline.watch(second)
        assert second.recv(1) == b""


def test_nothing_is_shut_after_the_end() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with Deadline(0.2) as deadline:
            deadline.watch(ours)
        assert not deadline.expired
        theirs.send(b"x")
        assert ours.recv(1) == b"x"
        deadline.expire()
        theirs.send(b"y")
        assert ours.recv(1) == b"y"


def test_each_thread_works_under_its_own() -> None:
    inside: list[Deadline] = []

    def work() -> None:
        with Deadline(5) as own:
            assert current() is own
            inside.append(own)

    with Deadline(5) as outer:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert current() is outer
        with Deadline(1) as inner:
            assert current() is inner
        assert current() is outer
    assert inside
    assert inside[0] is not outer


def test_outside_of_a_deadline_nothing_can_connect() -> None:
    with pytest.raises(LookupError):
        current()


def test_what_is_left_never_becomes_zero() -> None:
    # A timeout of 0 would mean "do not block", and a negative one an error.
    with Deadline(-1) as deadline:
        assert deadline.remaining > 0


def test_an_earlier_deadline_does_not_wait_for_a_later_one() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, Deadline(60), Deadline(0.05) as soon:
        soon.watch(ours)
        assert ours.recv(1) == b""
        assert soon.expired


def test_one_thread_watches_many() -> None:
    before = {thread.ident for thread in threading.enumerate() if thread.name == "deadlines"}
    deadlines = [Deadline(60) for _ in range(50)]
    for deadline in deadlines:
        deadline.__enter__()
    for deadline in reversed(deadlines):
        deadline.__exit__(None, None, None)
    after = [thread for thread in threading.enumerate() if thread.name == "deadlines"]
    assert len(after) == 1
    assert not before or {after[0].ident} == before
