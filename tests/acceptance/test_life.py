"""How the programs begin and end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import (
    STOP_LIMIT,
    Installation,
    copied_config,
    descendants,
    get,
    is_alive,
    sandbox,
    until,
)


def test_the_service_ends_cleanly_when_told_to(tmp_path: Path) -> None:
    with sandbox(tmp_path, copied_config(tmp_path) / "sample-site") as box:
        house = Installation(tmp_path, box)
        with house.run() as service:
            until("the first reading", service.has_read)
            children = descendants(service.pid)
            assert children, "documents are read in children"
            assert service.stop(STOP_LIMIT) == 0
        until("all children to be gone", lambda: not any(map(is_alive, children)))
        assert house.command("check", "--all").returncode == 0, "nothing is left locked or claimed"


def test_children_end_with_a_killed_service(tmp_path: Path) -> None:
    with sandbox(tmp_path, copied_config(tmp_path) / "sample-site") as box:
        with Installation(tmp_path, box).run() as service:
            until("the first reading", service.has_read)
            children = descendants(service.pid)
            service.kill()
        assert children
        until("all children to be gone", lambda: not any(map(is_alive, children)))


def test_a_second_service_says_that_the_port_is_taken(tmp_path: Path) -> None:
    with sandbox(tmp_path, copied_config(tmp_path) / "sample-site") as box:
        house = Installation(tmp_path, box)
        with house.run() as service:
            second = house.command("run")
            assert second.returncode == 1
            assert "web.port" in second.stderr
            assert "Traceback" not in second.stderr
            assert get(f"{service.url}/healthz").status_code == 200


@pytest.mark.slow
def test_the_demo_tells_the_whole_story(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "syndicate", "demo"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every step was seen from outside" in done.stdout
    assert list(tmp_path.iterdir()) == [], "it leaves nothing behind"


def test_a_new_installation_can_be_made_and_asked(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "syndicate", "init", "ny"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert made.returncode == 0, made.stderr
    status = subprocess.run(
        [sys.executable, "-m", "syndicate", "status", "--json"],
        cwd=tmp_path / "ny",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert status.returncode == 0, status.stderr
    assert '"documents": []' in status.stdout
