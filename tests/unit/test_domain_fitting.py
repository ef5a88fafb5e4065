"""Fitting leaves parts out in the declared order and never cuts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.domain.errors import DeliveryReason, Permanent
from syndicate.domain.fitting import Part, fit

TITLE = Part("Anbefaling 3 er skærpet", mandatory=True, rank=9)
SUMMARY = Part("»bør« er blevet til »skal«", mandatory=False, rank=2, shorter=("bør → skal",))
AGENCY = Part("Boligforeningen", mandatory=False, rank=1)
TAGS = Part("#sundhed", mandatory=False, rank=0)
PARTS = [TITLE, SUMMARY, AGENCY, TAGS]


def fitted(limit: int) -> str:
    return fit(PARTS, len, limit, separator=" / ")


def test_all_parts_stand_in_their_order_when_there_is_room() -> None:
    assert fitted(200) == "Anbefaling 3 er skærpet / »bør« er blevet til »skal« / Boligforeningen / #sundhed"


def test_a_limit_of_zero_is_no_limit() -> None:
    assert fitted(0) == fitted(10_000)


def test_the_part_of_the_lowest_rank_gives_way_first() -> None:
    full = fitted(200)
    assert fitted(len(full) - 1) == "Anbefaling 3 er skærpet / »bør« er blevet til »skal« / Boligforeningen"


def test_a_shorter_form_is_taken_before_a_part_goes() -> None:
    assert fitted(40) == "Anbefaling 3 er skærpet / bør → skal"


def test_room_that_a_long_part_could_not_use_goes_to_a_lesser_one() -> None:
    parts = [TITLE, Part("x" * 100, mandatory=False, rank=5), TAGS]
    assert fit(parts, len, 40, separator=" ") == "Anbefaling 3 er skærpet #sundhed"


def test_of_equal_rank_the_later_part_gives_way() -> None:
    parts = [Part("to", True, 9), Part("first", False, 1), Part("other", False, 1)]
    assert fit(parts, len, 9, separator=" ") == "to first"


def test_a_mandatory_part_may_take_a_declared_shorter_form() -> None:
    parts = [Part("a long title", True, 9, shorter=("title",)), Part("#tag", False, 0)]
    assert fit(parts, len, 6, separator=" ") == "title"


def test_a_mandatory_part_that_does_not_fit_is_an_error_and_is_never_cut() -> None:
    with pytest.raises(Permanent) as caught:
        fitted(len(TITLE.text) - 1)
    assert caught.value.reason is DeliveryReason.CONTENT
    assert "23" in str(caught.value) and "22" in str(caught.value)


def test_parts_without_text_leave_no_separator_behind() -> None:
    assert fit([TITLE, Part("", False, 5), Part("", True, 5)], len, 0) == TITLE.text


_WORDS = st.text(alphabet="abc 0,é", min_size=1, max_size=20)
_PARTS = st.lists(
    st.builds(
        Part,
        text=_WORDS,
        mandatory=st.just(False),
        rank=st.integers(0, 3),
        shorter=st.lists(_WORDS, max_size=2).map(tuple),
    ),
    max_size=6,
)


@given(_PARTS, st.integers(1, 120))
def test_what_comes_out_fits_and_is_made_of_whole_forms_in_their_order(parts: list[Part], limit: int) -> None:
    text = fit(parts, len, limit, separator="|")
    assert len(text) <= limit
    rest = iter(parts)
    for piece in text.split("|"):
        assert piece == "" or any(piece in part.forms for part in rest)
