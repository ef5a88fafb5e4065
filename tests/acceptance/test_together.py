"""Service and commands on one database at the same time: nothing is told twice, and nothing is left out."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

from tests.processes import NETWORKS, Installation, SamplePage, copied_config, sandbox, until

READERS = [f"laeser{n}@example.org" for n in range(100)]
ROUNDS = 2


def test_run_check_and_deliver_at_the_same_time_repeat_nothing(tmp_path: Path) -> None:
    page = SamplePage(copied_config(tmp_path) / "sample-site")
    with sandbox(tmp_path, page.folder) as box:
        house = Installation(tmp_path, box)
        house.import_readers(READERS)
        with house.run() as service:
            until("the first reading", service.has_read)
            page.edit("Jobcentret bør tilbyde", "Jobcentret skal tilbyde")
            for _ in range(ROUNDS):
                _at_once(house, ("check", "--all"), ("deliver",), ("deliver",))
            (entry,) = until("the update", service.entries)
            expected = {"mail": len(READERS), "post": len(NETWORKS)}
            until("all to be told", lambda: {kind: box.entries(kind) for kind in expected} == expected)
            _at_once(house, ("check", "--all"), ("deliver",))
            assert len(service.entries()) == 1
        copies = Counter(mail["envelope"]["to"][0] for mail in box.mails(about=entry["url"]))
        assert copies == Counter(READERS)
        assert {network: len(box.posts(network)) for network in NETWORKS} == dict.fromkeys(NETWORKS, 1)
        assert not house.deliveries("pending", "sending", "uncertain", "dead")


def _at_once(house: Installation, *commands: tuple[str, ...]) -> None:
    """Starts these commands together, and waits until all have ended well."""
    running = [
        subprocess.Popen(
            house.command_line(*command),
            env=house.environ,
            cwd=house.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for command in commands
    ]
    outputs = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0] * len(commands), outputs
