"""A post survives its way through JSON."""

from __future__ import annotations

import json

import pytest

from syndicate.domain.posting import Post

POST = Post("Anbefaling 3 er skærpet", "https://example.org/1", "Titel", "»bør« → »skal«", "da", "42")


def test_a_post_comes_back_equal_from_json() -> None:
    assert Post.from_dict(json.loads(json.dumps(POST.as_dict()))) == POST


def test_a_field_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        Post.from_dict({"text": "x"})
