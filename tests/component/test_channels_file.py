"""The office's file of channels: what is read of it, and how it is refused."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.notifier.channels.load import BadChannels, load_channels
from services.notifier.channels.message import Outcome, Recipient, worst
from tests.support.channels import channels_of

WECOM = 'name = "群"\nkind = "webhook"\npreset = "wecom"\n'
OWN = 'name = "自有"\nkind = "webhook"\nurl = "https://oa.example.gov.cn/hook"\n'
MAIL = 'name = "邮件"\nkind = "email"\nhost = "mail.example.gov.cn"\nsender = "duban@example.gov.cn"\n'


def one(text: str) -> str:
    return f"[[channel]]\n{text}"


def test_without_a_file_there_are_no_channels(tmp_path: Path) -> None:
    assert len(load_channels(tmp_path / "notify.toml")) == 0


def test_channels_stand_in_the_order_of_the_file_beside_what_others_read(tmp_path: Path) -> None:
    robots = "".join(
        one(f'name = "{preset}"\nkind = "webhook"\npreset = "{preset}"\nkey = "k"\n') for preset in ("feishu", "dingtalk")
    )
    sms = one('name = "短信"\nkind = "webhook"\npreset = "sms"\nurl = "https://sms.example.gov.cn/"\nper_minute = 300\n')
    text = f'{robots}{sms}{one(MAIL)}{one(OWN + "shared = true")}\n[[route]]\nname = "x"\n[hours]\ndigest = 08:30:00\n'
    channels = channels_of(tmp_path, text)
    assert [channels[name].name for name in channels] == ["feishu", "dingtalk", "短信", "邮件", "自有"]
    assert [channels.is_shared(name) for name in channels] == [True, True, False, False, True]
    assert [channels.per_minute(name) for name in channels] == [20, 20, 300, None, None]


def test_a_limit_of_nought_is_none_and_a_robot_may_be_for_one_person(tmp_path: Path) -> None:
    channels = channels_of(tmp_path, one(f'{WECOM}key = "k"\nper_minute = 0\nshared = false'))
    assert (channels.is_shared("群"), channels.per_minute("群")) == (False, None)


def test_secrets_come_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "url.txt").write_text("https://oa.example.gov.cn/secret-hook\n", encoding="utf-8")
    text = one(OWN.replace('url = "https://oa.example.gov.cn/hook"', 'url_file = "url.txt"\nsecret_env = "HOOK_SECRET"'))
    channels = channels_of(tmp_path, text, {"HOOK_SECRET": "of the hook"})
    assert "secret" not in repr(channels["自有"]), "a log may print it"
    assert getattr(channels["自有"], "secrets", None) == ("of the hook",)
    assert str(getattr(channels["自有"], "url", None)) == "https://oa.example.gov.cn/secret-hook"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("channel = 1", "channel: write a table [[channel]] for each one"),
        ("[[channel]", "Expected"),
        (one('kind = "webhook"'), "channel no. 1: name is missing"),
        (one('name = "x"\nkind = "fax"'), 'channel "x": kind: write webhook, email or apprise'),
        (one(f"{OWN}colour = 1"), 'channel "自有": colour is no field'),
        (one(OWN) + one(OWN), 'channel "自有": name: is listed twice'),
        (one(WECOM), "url: write the whole url, or for a robot of a preset its key"),
        (one(f'{WECOM}key = "a"\nurl = "https://x.example/"'), "url: write either the whole url or base_url and key"),
        (one(f'{WECOM}key = "a"\nsecret = "b"'), "secret: a robot of wecom has no signature"),
        (one(f'{WECOM}key = "a b"'), "key: has blanks or letters that no key of a robot has"),
        (one(f'{WECOM}key_env = "NOWHERE"'), "key_env: the variable NOWHERE is not set, or empty"),
        (one(f'{WECOM}key_env = "A"\nkey = "b"'), "key: write either this or key_env"),
        (one(f'{WECOM}key_file = "none.txt"'), "key_file: "),
        (one(f'{WECOM}key_env = ""'), "key_env: is no name"),
        (one(f'{OWN}former_secret = "b"'), "former_secret: goes beside secret"),
        (one(f'{OWN}secret = "whsec_?"'), "secret: after whsec_ stands base64"),
        (one(f'{OWN}secret = "whsec_"'), "secret: after whsec_ stands base64 of 24 bytes or more"),
        (one(f'{OWN}secret = "whsec_c2hvcnQ="'), "secret: after whsec_ stands base64 of 24 bytes or more"),
        (one(f'{OWN}secret = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV"'), "secret: after whsec_ stands base64"),
        (one(f'{OWN}secret = "a"\nformer_secret = "whsec_"'), "former_secret: after whsec_ stands base64 of 24 bytes"),
        (one(OWN.replace("https:", "http:")), "url: write https; http only inside"),
        (one(OWN.replace("https://oa.example.gov.cn", "http://1.1.1.1") + 'allow_hosts = ["10.0.0.0/8"]'), "url: write https"),
        (one(OWN.replace("https://oa.example.gov.cn", "http://1.1.1.1") + 'allow_hosts = ["1.1.1.1"]'), "url: write https"),
        (one(OWN.replace("https:", "ftp:")), "url: is no URL of the form https://host/path"),
        (one(OWN.replace(".cn/", ".cn:70000/")), "url: is no URL"),
        (one(OWN.replace("oa.ex", "a:b@oa.ex")), "url: has a name or password in it"),
        (one(f'{OWN}allow_hosts = ["sms.example"]'), "allow_hosts: does not list oa.example.gov.cn, which the url calls"),
        (one(f'{OWN}method = "GET"'), "method: a GET needs a body, which becomes its query"),
        (one(f'{OWN}method = "DELETE"'), "method: is none of GET, POST, PUT, PATCH"),
        (one(f'{OWN}headers = {{Host = "x"}}'), "headers: 'Host' cannot be set as a header"),
        (one(f'{OWN}headers = {{webhook-id = "x"}}'), "headers: 'webhook-id' cannot be set"),
        (one(f'{OWN}headers = {{X = "a\\nb"}}'), "headers: X: a header has printable ASCII letters only"),
        (one(f'{OWN}headers = {{X = {{env = "NOWHERE"}}}}'), "headers.X: the variable NOWHERE is not set, or empty"),
        (one(f'{OWN}body = "{{{{ title"'), "body: line 1: "),
        (one(f'{OWN}body = "{{{{ titel | tojson }}}}"'), "body: UndefinedError: 'titel' is undefined"),
        (one(f'{OWN}body = \'{{"text": "{{{{ title }}}}"}}\''), "body: with a sample it is no JSON"),
        (one(f"{OWN}body = \"{{{{ ''.__class__.__mro__ }}}}\""), "body: SecurityError"),
        (one(f'{OWN}body = "{{% for i in range(1000000) %}}1{{% endfor %}}"'), "body: OverflowError"),
        (one(f'{OWN}ca_file = "none.pem"'), "ca_file: "),
        (one(f"{OWN}timeout_seconds = 0"), "timeout_seconds: is not more than 0"),
        (one(MAIL.replace("duban@", "")), "sender: is no e-mail address"),
        (one(f'{MAIL}username = "x"'), "password: goes with username"),
        (one(f'{MAIL}username = "x"\npassword = "y"\nsecurity = "none"'), "security: a password is not sent in the clear"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_place_and_the_reason(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadChannels) as refused:
        channels_of(tmp_path, text)
    assert str(refused.value).startswith(f"{tmp_path / 'notify.toml'}: ")
    assert message in str(refused.value)


def test_of_several_people_the_worst_outcome_is_told(tmp_path: Path) -> None:
    names = [Recipient(name, None, None).name for name in ("甲", "乙", "丙")]
    fine, busy = Outcome("delivered", "ok", None), Outcome("retry", "busy", timedelta(seconds=5))
    gone = Outcome("failed", "gone", None)
    assert worst([("甲", gone)]) == gone
    assert worst(list(zip(names, (fine, fine, fine), strict=True))).result == "delivered"
    assert worst(list(zip(names, (fine, gone, fine), strict=True))) == Outcome("failed", "3 人中 1 人未送达：乙：gone", None)
    told = worst(list(zip(names, (gone, busy, fine), strict=True)))
    assert told == Outcome("retry", "3 人中 2 人未送达：甲：gone；乙：busy", timedelta(seconds=5))
