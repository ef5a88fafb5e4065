"""What the channels send, held against the networks' own specifications."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft4Validator

from syndicate.channels import facebook, twitter
from syndicate.domain.model import Account, Action, Receipt, Target
from syndicate.ports import Channel
from tests.fakes_api import ScriptedApi, answer, post_message, told

pytestmark = pytest.mark.shared_data

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LINK = "https://example.org/updates/1"
RECEIPT = Receipt("1456012973835788293", "", NOW, 201)


def data(name: str) -> Any:
    return json.loads((folder() / name).read_text(encoding="utf-8"))


def folder() -> Path:
    return Path(os.environ["SYNDICATE_DATA"], "social")


def x(api: ScriptedApi) -> Channel:
    config = twitter.Config(
        api_key_env="A",
        api_secret_env="B",
        token_env="C",
        token_secret_env="D",
        user_id="1700000000000000001",
    )
    secrets = {"api_key": "a", "api_secret": "b", "token": "c", "token_secret": "d"}
    return twitter.build(config, Account("x", "twitter"), api, secrets)


def page(api: ScriptedApi) -> Channel:
    config = facebook.Config(page_id="7", token_env="T")
    return facebook.build(config, Account("fb", "facebook"), api, {"token": "t"})


# --- X ----------------------------------------------------------------------------------------------


def test_posts_replies_and_edits_are_what_x_specifies() -> None:
    spec = data("x/openapi.json")
    schema = {"$ref": "#/components/schemas/CreatePostsRequest", "components": spec["components"]}
    validator = Draft4Validator(schema)
    post = post_message("twitter", text=f"Anbefaling 3\n\n{LINK}", link=LINK)
    reply = post_message("twitter", text="Rettelse", reply_to=RECEIPT.id)
    for message in (post, reply):
        validator.validate(json.loads(x(ScriptedApi()).prepare(message, Target("x"), "a" * 32, NOW).body))
    api = ScriptedApi(answer(201, {"data": {"id": "1"}}))
    x(api).amend(RECEIPT, Action.EDIT, post)
    validator.validate(api.body())
    assert not validator.is_valid({"text": "x", "surprise": 1}), "the validator must be able to refuse"


def test_the_timeline_is_asked_for_as_x_specifies() -> None:
    spec = data("x/openapi.json")
    given = [_resolved(spec, one) for one in spec["paths"]["/2/users/{id}/tweets"]["get"]["parameters"]]
    known = {parameter["name"]: parameter["schema"] for parameter in given}
    api = ScriptedApi(answer(200, {"meta": {"result_count": 0}}))
    x(api).reconcile(x(ScriptedApi()).prepare(post_message("twitter"), Target("x"), "a" * 32, NOW))
    query = parse_qs(urlsplit(api.requests[0].url).query, strict_parsing=True)
    assert query.keys() <= known.keys()
    assert known["max_results"]["minimum"] <= int(query["max_results"][0]) <= known["max_results"]["maximum"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", query["start_time"][0])
    assert set(query["post.fields"][0].split(",")) <= set(known["post.fields"]["items"]["enum"])


def _resolved(spec: Any, thing: Any) -> Any:
    return spec["components"]["parameters"][thing["$ref"].rpartition("/")[2]] if "$ref" in thing else thing


def test_the_problems_that_a_new_post_can_meet_are_told_apart() -> None:
    """Some that the real one sends (usage-capped, client-forbidden) are not in the specification."""
    specified = set(re.findall(r"/2/problems/([a-z-]+)", json.dumps(data("x/openapi.json"))))
    for problem, expected in (("invalid-request", "content"), ("not-authorized-for-resource", "permission")):
        assert problem in specified
        channel = x(ScriptedApi(answer(403, {"type": f"https://api.x.com/2/problems/{problem}"})))
        made = channel.prepare(post_message("twitter"), Target("x"), "a" * 32, NOW)
        (out,) = channel.send([made], lambda key: None)
        assert told(out.error).startswith(f"Permanent {expected}")


_CASE = re.compile(r'text: "((?:[^"\\]|\\.)*)"\s+expected:\s+weightedLength: (\d+)')
_LONG_ESCAPE = re.compile(r"\\U([0-9a-fA-F]{8})")


def test_texts_are_measured_as_in_the_conformance_suite() -> None:
    suite = (folder() / "twitter-text/conformance/validate.yml").read_text(encoding="utf-8")
    cases = _CASE.findall(suite.partition("WeightedTweetsWithDiscountedEmojiCounterTest:")[2])
    assert len(cases) >= 22
    for quoted, length in cases:
        escaped = _LONG_ESCAPE.sub(lambda found: json.dumps(chr(int(found.group(1), 16)))[1:-1], quoted)
        assert x(ScriptedApi()).measure(json.loads(f'"{escaped}"')) == int(length), quoted


# --- Facebook ---------------------------------------------------------------------------------------


def parameters(node: str, method: str, edge: str) -> dict[str, str]:
    """Names and types of what an edge takes ("" for the node itself)."""
    apis = data(f"facebook/{node}.json")["apis"]
    (found,) = [api for api in apis if (api["method"], api.get("endpoint", "")) == (method, edge)]
    return {parameter["name"]: parameter["type"] for parameter in found["params"]}


def test_a_post_has_the_parameters_that_the_feed_takes() -> None:
    message = post_message("facebook", link=LINK)
    made = page(ScriptedApi()).prepare(message, Target("fb"), "a" * 32, NOW)
    form = parse_qs(made.body.decode(), strict_parsing=True)
    known = parameters("Page", "POST", "feed")
    assert {name: known[name] for name in form} == {
        "message": "string",
        "link": "string",
        "published": "bool",
    }


def test_an_edit_has_the_parameters_that_a_post_takes() -> None:
    api = ScriptedApi(answer(200, {"success": True}))
    page(api).amend(RECEIPT, Action.EDIT, post_message("facebook"))
    known = parameters("PagePost", "POST", "")
    assert parse_qs(api.requests[0].body.decode()).keys() <= known.keys()


def test_the_fields_that_are_read_back_exist() -> None:
    api = ScriptedApi(answer(200, {"data": []}))
    made = page(ScriptedApi()).prepare(post_message("facebook"), Target("fb"), "a" * 32, NOW)
    page(api).reconcile(made)
    query = parse_qs(urlsplit(api.requests[0].url).query)
    known = {field["name"] for field in data("facebook/PagePost.json")["fields"]}
    assert set(query["fields"][0].split(",")) <= known
    assert "limit" in parameters("Page", "GET", "published_posts")
