"""The files beside the code are found in a checkout and in a wheel."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from syndicate import assets

ROOT = Path(__file__).resolve().parents[2]


def test_a_checkout_has_them_at_its_top() -> None:
    assert assets.folder("templates") == ROOT / "templates"


def test_a_wheel_has_them_inside_the_package(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "syndicate"
    shipped = package / "_shipped" / "templates"
    shipped.mkdir(parents=True)
    (tmp_path / "templates").mkdir()  # someone else's, and none of ours

    assert assets.folder("templates", package) == shipped


def test_an_installation_without_them_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"'config' is missing.*_shipped.*Install"):
        assets.folder("config", tmp_path / "site-packages" / "syndicate")


@pytest.mark.slow
def test_the_wheel_that_we_build_works_without_a_checkout(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")

    code = "from syndicate import assets; print(assets.folder('templates'))"
    shown = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, 'installed'); {code}"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )

    found = Path(shown.stdout.strip())
    assert found == tmp_path / "installed" / "syndicate" / "_shipped" / "templates"
    original = {str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.j2")}
    assert original == {str(path.relative_to(found)) for path in found.rglob("*.j2")}
