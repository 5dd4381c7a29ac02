"""A link in a message opens that message for that person, and no other."""

import stat
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from shared.notices.link import VALID_FOR, is_valid, notice_path, sign, verify
from shared.notices.secret import BadSecret, secret_of
from shared.settings import Settings
from tests.support.sample import START

SECRET = b"sixteen letters!"


def test_a_signature_opens_one_message_for_one_person_under_one_secret() -> None:
    signature = sign(SECRET, "d-1", "air-1")
    assert verify(SECRET, "d-1", "air-1", signature)
    for other in ((SECRET, "d-2", "air-1"), (SECRET, "d-1", "air-2"), (b"another secret!!", "d-1", "air-1")):
        assert not verify(*other, signature), other


@pytest.mark.parametrize("wrong", ["", "x", "签名", "A" * 22, "\udc80"])
def test_what_nobody_signed_is_refused(wrong: str) -> None:
    assert not verify(SECRET, "d-1", "air-1", wrong)


def test_every_letter_of_a_signature_counts() -> None:
    signature = sign(SECRET, "d-1", "air-1")
    for at, letter in enumerate(signature):
        changed = signature[:at] + ("A" if letter != "A" else "B") + signature[at + 1 :]
        assert not verify(SECRET, "d-1", "air-1", changed), at


def test_a_signature_is_of_128_bits_in_letters_that_an_address_takes() -> None:
    # By `openssl dgst -sha256 -hmac`, its first 16 bytes: another program may sign, too.
    assert sign(SECRET, "d-1", "air-1") == "zdk8DuIyOYQ9HZlwgBiiPw"
    assert all(len(sign(SECRET, f"d-{n}", "p")) == 22 and sign(SECRET, f"d-{n}", "p").isascii() for n in range(50))


def test_the_link_of_a_message_says_which_for_whom() -> None:
    said = parse_qs(urlsplit(notice_path(SECRET, "d-1", "air 1&s=x")).query)
    assert said == {"d": ["d-1"], "p": ["air 1&s=x"], "s": [sign(SECRET, "d-1", "air 1&s=x")]}


def test_a_link_opens_for_thirty_days() -> None:
    assert timedelta(days=30) == VALID_FOR
    assert is_valid(START, START + VALID_FOR - timedelta(microseconds=1))
    assert not is_valid(START, START + VALID_FOR)


def test_a_folder_has_one_secret_that_its_owner_alone_reads(tmp_path: Path) -> None:
    first = secret_of(Settings(data=tmp_path))
    assert secret_of(Settings(data=tmp_path)) == first
    assert len(first) >= 43
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


def test_a_secret_that_is_named_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    assert secret_of(Settings.model_validate({"data": tmp_path, "secret": SECRET.decode()})) == SECRET
    assert list(tmp_path.iterdir()) == []


def test_an_empty_setting_is_none_and_a_short_one_is_refused(tmp_path: Path) -> None:
    assert Settings.model_validate({"secret": ""}).secret is None
    with pytest.raises(ValidationError, match="can be guessed"):
        Settings.model_validate({"secret": "short"})
    (tmp_path / "secret").write_text("short")
    with pytest.raises(BadSecret, match="less than 16"):
        secret_of(Settings(data=tmp_path))
    with pytest.raises(BadSecret, match="DUBAN_SECRET"):
        secret_of(Settings(data=tmp_path / "nowhere"))


def test_a_secret_is_not_shown_with_the_settings() -> None:
    assert SECRET.decode() not in repr(Settings.model_validate({"secret": SECRET.decode()}))
