"""The rules of the test run are themselves tested, in a pytest of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import pytest

@pytest.mark.shared_data
def test_with_data(): pass

def test_plain(): pass
"""
SKIPPING = """
import pytest

def test_plain(): pass

@pytest.mark.skip(reason="no reason")
def test_skipped(): pass

@pytest.mark.xfail
def test_known(): assert False
"""


def run(folder: Path, tests: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """pytest over these tests, under our conftest and our settings, with only this environment added."""
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    (folder / "test_it.py").write_text(tests)
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "SYNDICATE_DATA")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(folder)]
    return subprocess.run(
        command,
        cwd=folder,
        env=kept | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
    )


def test_without_the_data_its_tests_are_deselected_not_skipped(tmp_path: Path) -> None:
    result = run(tmp_path, TESTS)
    assert result.returncode == 0
    assert "1 passed, 1 deselected" in result.stdout
    assert "skipped" not in result.stdout


def test_with_the_data_all_tests_run(tmp_path: Path) -> None:
    result = run(tmp_path, TESTS, SYNDICATE_DATA=str(tmp_path))
    assert "2 passed" in result.stdout


def test_a_skipped_test_fails_the_run_in_ci_and_is_named(tmp_path: Path) -> None:
    result = run(tmp_path, SKIPPING, CI="1")
    assert result.returncode == 1
    assert "CI lets nothing be skipped" in result.stdout
    assert "test_it.py::test_skipped" in result.stdout
    assert "1 passed, 1 skipped, 1 xfailed" in result.stdout


def test_a_skipped_module_fails_the_run_in_ci(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text("def test_plain(): pass\n")
    result = run(tmp_path, 'import pytest\npytest.importorskip("no_such_module")\n', CI="1")
    assert result.returncode == 1
    assert "test_it.py" in result.stdout.partition("CI lets nothing be skipped")[2]


def test_a_skipped_test_is_fine_elsewhere(tmp_path: Path) -> None:
    assert run(tmp_path, SKIPPING).returncode == 0


def test_a_free_port_can_be_bound(free_port: int) -> None:
    assert 1024 <= free_port <= 65535


def test_each_test_has_a_sample_site_of_its_own(sample_site: Path) -> None:
    page = sample_site / "index.html"
    page.write_text("changed")
    assert (ROOT / "config" / "sample-site" / "index.html").read_text() != "changed"


@pytest.mark.parametrize("name", ["syndicate.toml", "sandbox.env", "sample-site/media/1041/anbefalinger.pdf"])
def test_the_private_config_is_whole(config_folder: Path, name: str) -> None:
    assert (config_folder / name).read_bytes() == (ROOT / "config" / name).read_bytes()
