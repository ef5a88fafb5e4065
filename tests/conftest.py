"""What holds for every test: which ones run where, how examples are drawn, and a few shared fixtures.

Warnings are errors and sockets reach loopback only: both are set in pyproject.toml.
"""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import hypothesis
import pytest

CONFIG = Path(__file__).parents[1] / "config"
IN_CI = bool(os.environ.get("CI"))

hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if IN_CI else "local")

_skipped: list[str] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Takes the tests of the large data out where their folder is not named: deselected, not skipped."""
    if os.environ.get("SYNDICATE_DATA"):
        return
    without = [item for item in items if item.get_closest_marker("shared_data")]
    if without:
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if not item.get_closest_marker("shared_data")]


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:  # a whole module that was skipped while it was imported
        _skipped.append(report.nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failed run: what nobody runs proves nothing."""
    if IN_CI and _skipped and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if IN_CI and _skipped:
        terminalreporter.section("skipped, and CI lets nothing be skipped", red=True)
        for name in _skipped:
            terminalreporter.write_line(name)


@pytest.fixture
def free_port() -> int:
    """A loopback port that was free a moment ago; better where it is possible: let the code take port 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port


@pytest.fixture
def config_folder(tmp_path: Path) -> Path:
    """A private copy of config/, whose page and files a test may edit, with a var/ beside it."""
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    (tmp_path / "var").mkdir()
    return folder


@pytest.fixture
def sample_site(config_folder: Path) -> Path:
    """A private copy of the sample site."""
    return config_folder / "sample-site"
