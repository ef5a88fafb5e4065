"""Makes the pages: a template, the words of a language and the links that keep it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from syndicate import assets
from syndicate.domain.model import Site
from syndicate.ports import UpdateHead
from syndicate.rendering import texts as wordings
from syndicate.rendering.changes import change_views
from syndicate.rendering.foreign import web_address
from syndicate.rendering.remembering import Remembered
from syndicate.web import foreign
from syndicate.web.answers import answer
from syndicate.web.feeds import FORMATS
from syndicate.web.language import choose
from syndicate.web.texts import Texts, load_texts

STATIC_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}

KEPT_PIECES = 2000
"""How many pieces of pages are kept in memory, a kilobyte each or two."""


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file that pages refer to; `name` holds the hash of its bytes, so that it may be kept for ever."""

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses within the site. A language that the reader chose stays chosen."""

    site: Site
    chosen: str

    def __call__(self, path: str, **query: str | int) -> str:
        """The address of `path`; empty values are left out of the query."""
        return self._root + path + _query({**query, "lang": self.chosen})

    def plain(self, path: str) -> str:
        """The address of what has no language: feeds and static files."""
        return self._root + path

    def absolute(self, path: str) -> str:
        """The public address of a page, the same for all."""
        return self.site.base_url + path

    @property
    def _root(self) -> str:
        return urlsplit(self.site.base_url).path


class PageRenderer:
    """Renders `site/` of the templates: a file in one of the operator's own `folders` hides the shipped one.

    Raises ConfigError for a catalogue of words that cannot be used.
    """

    def __init__(self, site: Site, folders: Sequence[Path] = ()) -> None:
        self.site = site
        self.texts = load_texts(site, folders)
        templates = [*folders, assets.folder("templates")]
        self.static = {file.name: file for file in _static_files(templates)}
        self._environment = _environment(templates, {_plain_name(name): name for name in self.static})
        self._pieces: Remembered[Markup] = Remembered(KEPT_PIECES)

    def language(self, request: Request) -> str:
        """The language of the answer to this request."""
        accept = request.headers.get("accept-language", "")
        return choose(request.query_params.get("lang", ""), accept, tuple(self.texts))

    def wording(self, request: Request) -> Texts:
        return self.texts[self.language(request)]

    def rendering_texts(self, request: Request) -> wordings.Texts:
        """The words that go with quoted wordings, in the language of the answer to this request."""
        return self.wording(request).words

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> Response:
        """The page in the reader's language, or 304 where the reader has it."""
        language, chosen = self.language(request), self._chosen(request)
        html = self._environment.get_template(f"site/{template}.html.j2").render(
            t=self.texts[language],
            site=self.site,
            link=Links(self.site, chosen),
            here=_Here(request.url.path, dict(request.query_params)),
            changes=partial(change_views, texts=self.texts[language].words),
            kept=partial(self._kept, (language, chosen)),
            **context,
        )
        named = {
            "Content-Language": language,
            "Vary": "Accept-Language",
            "Cache-Control": "no-cache",
            **(headers or {}),
        }
        return answer(request, html.encode(), media_type="text/html", headers=named, status=status)

    def file(self, template: str, **context: Any) -> bytes:
        """A text for programs, in the site's own language; no two requests get different ones."""
        return (
            self._environment.get_template(f"site/{template}.j2")
            .render(t=self.texts[self.site.language], site=self.site, link=Links(self.site, ""), **context)
            .encode()
        )

    def _kept(
        self, reader: Hashable, macro: Callable[..., Markup], key: Hashable, thing: Any, *options: Hashable
    ) -> Markup:
        """What the macro makes of `thing` (known by `key`) and the options, for readers of one language.

        It may depend on nothing else but `t`, `link` and `site`.
        """
        name = getattr(macro, "name", "")
        return self._pieces.of((name, reader, key, options), thing, lambda: macro(thing, *options))

    def _chosen(self, request: Request) -> str:
        asked = request.query_params.get("lang", "")
        return asked if asked in self.texts else ""


@dataclass(frozen=True, slots=True)
class _Here:
    """The page that is asked for."""

    path: str
    query: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """The query that shows this very page in another language."""
        return _query({**self.query, "lang": language})


def _environment(templates: Sequence[Path], static: Mapping[str, str]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([str(folder) for folder in templates]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_finalize,
    )
    environment.filters["web_address"] = web_address
    environment.filters["masked"] = foreign.masked
    environment.filters["passages"] = foreign.passages
    environment.filters["by_month"] = _by_month
    environment.globals["formats"] = FORMATS
    environment.globals["share_links"] = foreign.share_links
    environment.globals["static"] = static
    return environment


def _finalize(value: Any) -> Any:
    """Every text on a page, wherever it comes from, loses what no page may hold; markup stays markup."""
    return foreign.printable(value) if type(value) is str else value


def _by_month(updates: Sequence[UpdateHead], t: Texts) -> list[tuple[str, list[UpdateHead]]]:
    """The updates under the name of the month in which they were published, in their order."""
    return [
        (month, list(group)) for month, group in groupby(updates, lambda update: t.month(update.published_at))
    ]


def _static_files(templates: Sequence[Path]) -> list[StaticFile]:
    files = {
        path.name: path
        for folder in reversed(templates)
        for path in sorted((folder / "site" / "static").glob("*"))
        if path.suffix in STATIC_TYPES
    }
    return [_static_file(path) for path in files.values()]


def _static_file(path: Path) -> StaticFile:
    body = path.read_bytes()
    digest = sha256(body).hexdigest()[:12]
    return StaticFile(f"{path.stem}.{digest}{path.suffix}", STATIC_TYPES[path.suffix], body)


def _plain_name(name: str) -> str:
    stem, _, suffix = name.rsplit(".", 2)
    return f"{stem}.{suffix}"


def _query(values: Mapping[str, str | int]) -> str:
    kept = {name: value for name, value in values.items() if value}
    return f"?{urlencode(kept, errors='replace')}" if kept else ""
