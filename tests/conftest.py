"""What holds for every test: which ones run where, how examples are drawn, and a few shared fixtures.

Warnings are errors and sockets reach loopback only: both are set in pyproject.toml.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests import clusters, storing
from tests.clusters import Cluster

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


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The PostgreSQL server of this run, started by the first test that asks for it."""
    folder = clusters.programs()
    if folder is None:
        pytest.skip(f"needs PostgreSQL {clusters.OLDEST} or later (on Debian: apt-get install postgresql)")
    with clusters.cluster(folder) as server:
        yield server


DATABASES = ("sqlite", "postgresql")


@pytest.fixture(params=DATABASES)
def any_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Runs a test once on each database: what it opens by `tests.storing` is of the kind that this names."""
    if request.param == "sqlite":
        yield request.param
        return
    server: Cluster = request.getfixturevalue("cluster")
    names: dict[Path, str] = {}

    def url_for(folder: Path) -> str:
        if folder not in names:
            names[folder] = server.borrow()
        return server.url(names[folder])

    monkeypatch.setattr(storing, "url_for", url_for)
    yield request.param
    for name in names.values():
        server.give_back(name)


@pytest.fixture(params=DATABASES)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any tables, of each kind in turn."""
    if request.param == "sqlite":
        yield storing.sqlite_url(tmp_path)
        return
    server: Cluster = request.getfixturevalue("cluster")
    name = server.empty()
    yield server.url(name)
    server.drop(name)
