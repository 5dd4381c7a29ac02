"""Subjects: what is encoded is read back, and there is one spelling."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import subjects as s

# Names made of the letters that are dangerous in a subject are drawn as often as all other text.
ANY_TEXT = st.text() | st.text(alphabet=".*>% \t\n\u3000\x00\x7f\u0085Aa%2E\u7763")


@settings(max_examples=400, deadline=None)
@given(ANY_TEXT)
def test_a_token_reads_back_as_the_text_it_was_made_of(text: str) -> None:
    assert s.decode_token(s.encode_token(text)) == text


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT)
def test_a_token_holds_nothing_that_nats_reads_as_its_own(text: str) -> None:
    token = s.encode_token(text)
    assert token
    assert not any(letter in ".*>" or letter.isspace() or ord(letter) < 32 for letter in token)


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT, ANY_TEXT)
def test_two_texts_never_share_a_token(one: str, other: str) -> None:
    assert (s.encode_token(one) == s.encode_token(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("", "%"),
        ("\u7763\u529e", "\u7763\u529e"),
        ("a.b", "a%2Eb"),
        ("100%", "100%25"),
        ("a b", "a%20b"),
        ("*>", "%2A%3E"),
        ("\u3000", "%E3%80%80"),
        ("\x00\n", "%00%0A"),
    ],
)
def test_only_what_may_not_stand_in_a_token_is_encoded(text: str, token: str) -> None:
    assert s.encode_token(text) == token


INBOUND = st.builds(s.Inbound, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)


@settings(max_examples=200, deadline=None)
@given(INBOUND, st.integers(0, 63))
def test_a_stored_subject_reads_back_as_what_was_published(at: s.Inbound, partition: int) -> None:
    published = s.inbound(at).removeprefix("duban.in.")
    assert s.parse_partitioned(f"duban.part.{partition}.{published}") == at


@pytest.mark.parametrize(
    "subject",
    [
        "duban.in.city.city.7.directive.issued",  # not yet transformed
        "duban.part.0.city.city.7.directive",  # a token too few
        "duban.part.0.city.city.7.directive.issued.v1",  # a token too many
        "other.part.0.city.city.7.directive.issued",
        "",
    ],
)
def test_a_subject_of_another_shape_is_refused(subject: str) -> None:
    with pytest.raises(s.BadSubject):
        s.parse_partitioned(subject)


@pytest.mark.parametrize("token", ["%41", "a%2eb", "%FF", "a%2", "%%", "a\u3000b"])
def test_a_token_in_another_spelling_is_read_and_differs_from_the_one_we_would_publish(token: str) -> None:
    at = s.parse_partitioned(f"duban.part.0.city.city.{token}.directive.issued")
    assert s.inbound(at) != f"duban.in.city.city.{token}.directive.issued"
    assert not s.is_our_spelling(f"duban.part.0.city.city.{token}.directive.issued", at)


@settings(max_examples=300, deadline=None)
@given(st.text(min_size=1).filter(lambda token: "." not in token))
def test_a_token_is_our_spelling_exactly_when_it_encodes_to_itself(token: str) -> None:
    subject = f"duban.part.0.city.city.{token}.directive.issued"
    at = s.parse_partitioned(subject)
    assert s.is_our_spelling(subject, at) == (s.partitioned(0, at) == subject)
    assert s.is_our_spelling(s.partitioned(0, at), at)


def test_owner_and_number_choose_the_partition() -> None:
    expected = "duban.part.{{partition(16,2,3)}}.{{wildcard(1)}}.{{wildcard(2)}}.{{wildcard(3)}}.{{wildcard(4)}}.{{wildcard(5)}}"
    assert s.partition_transform(16) == expected


def test_a_tracker_filters_what_the_transform_makes() -> None:
    assert s.partition_filter(3) == "duban.part.3.*.*.*.*.*"
    assert len(s.partition_filter(3).split(".")) == len(s.partition_transform(16).split("."))


def test_an_event_without_an_owner_is_about_its_senders_own_matter() -> None:
    assert s.for_event("city", None, "7", "duban.directive.issued.v1") == "duban.in.city.city.7.directive.issued"


def test_an_event_with_an_owner_is_about_that_ones_matter() -> None:
    assert s.for_event("eb.north", "city", "7", "duban.task.sent-back.v1") == "duban.in.eb%2Enorth.city.7.task.sent-back"


@pytest.mark.parametrize("type_", ["", "duban", "nonsense.of.ours"])
def test_an_event_of_any_type_has_a_subject_of_the_one_shape(type_: str) -> None:
    assert len(s.for_event("city", None, "7", type_).split(".")) == len(s.IN_PATTERN.split("."))


def test_a_fact_of_a_matter_without_a_unit_still_has_a_unit_token() -> None:
    assert s.fact(2, "", "directive", "registered") == "duban.out.2.%.directive.registered"
    assert s.fact(2, "eb.north", "complaint", "overdue") == "duban.out.2.eb%2Enorth.complaint.overdue"
    assert s.facts_of(2) == "duban.out.2.>"


def test_receipts_go_to_the_sender_by_number() -> None:
    assert s.receipt("eb north", "2026.7") == "duban.receipts.eb%20north.2026%2E7"
    assert s.receipts_of("eb north") == "duban.receipts.eb%20north.*"


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT, ANY_TEXT)
def test_a_scope_token_is_a_key_of_the_bucket_and_names_one_text(one: str, other: str) -> None:
    token = s.scope_token(one)
    assert token
    assert all(letter.isascii() and (letter.isalnum() or letter in "_-=") for letter in token)
    assert (token == s.scope_token(other)) == (one == other)


def test_figures_are_published_under_their_scope() -> None:
    assert s.stats(f"unit.{s.scope_token('a.b')}") == "duban.stats.unit.a=2Eb"
