"""The house's own words: complete in each language, and an operator's to change."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from syndicate import assets
from syndicate.domain.errors import ConfigError
from syndicate.domain.model import ChangeKind, FacetKind, UpdateKind
from syndicate.rendering.texts import load

SHIPPED = sorted((assets.folder("templates") / "texts").glob("*.toml"))


def table(path: Path) -> dict[str, str]:
    return tomllib.loads(path.read_text("utf-8"))


def test_danish_and_english_are_there() -> None:
    assert {"da", "en"} <= {path.stem for path in SHIPPED}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_language_has_every_line_with_its_places(path: Path) -> None:
    english = table(assets.folder("templates") / "texts" / "en.toml")

    assert table(path).keys() == english.keys()
    for name, text in table(path).items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english[name])), name


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_kind_has_a_word(language: str) -> None:
    texts = load(language)

    assert all(texts[f"kind_{kind}"] for kind in ChangeKind)
    assert all(texts[f"facet_{kind}"] for kind in FacetKind)
    assert all("{title}" in texts[f"headline_{kind}"] for kind in UpdateKind)


def test_a_language_that_nobody_wrote_is_english() -> None:
    assert load("kl") == load("en")


def folder(path: Path, **lines: str) -> Path:
    (path / "texts").mkdir(parents=True)
    content = "".join(f'{name} = "{text}"\n' for name, text in lines.items())
    (path / "texts" / "da.toml").write_text(content, "utf-8")
    return path


def test_an_operator_changes_single_lines_and_the_first_folder_wins(tmp_path: Path) -> None:
    first = folder(tmp_path / "first", before="Tidligere")
    second = folder(tmp_path / "second", before="Forrige", now="Herefter")

    texts = load("da", [first, second])

    assert (texts["before"], texts["now"], texts["deleted"]) == ("Tidligere", "Herefter", "slettet:")


@pytest.mark.parametrize("content", [b"before = ", b"before = 3", b'before = "\xff"'])
def test_a_broken_table_is_named(tmp_path: Path, content: bytes) -> None:
    path = folder(tmp_path) / "texts" / "da.toml"
    path.write_bytes(content)

    with pytest.raises(ConfigError, match=re.escape(str(path))):
        load("da", [tmp_path])
