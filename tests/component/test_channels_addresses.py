"""What a webhook may call: inner addresses by no name and in no notation, unless the office has listed them."""

from pathlib import Path

import pytest

from services.notifier.channels.address import Guard, Refused
from tests.support.channels import MESSAGE, NOW, answering, channel_of
from tests.support.receivers import raw_receiver, web_receiver

INNER = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.2.3", "240.0.0.1",
    "255.255.255.255", "192.0.0.1", "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    "2002:7f00:1::", "2002:a00:1::1", "::127.0.0.1", "::a00:1", "2001:0:5ef5:79fd:0:0:80ff:fffe", "100::1",
]  # fmt: skip
OUTER = ["1.1.1.1", "223.5.5.5", "2400:3200::1", "::ffff:223.5.5.5", "64:ff9b::df05:505", "2002:df05:505::1"]


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_refused(address: str) -> None:
    with pytest.raises(Refused, match=r"robot\.example 指向"):
        Guard.of([], allow_private=False).check("robot.example", ["223.5.5.5", address])


@pytest.mark.parametrize("address", OUTER)
def test_a_public_address_is_called(address: str) -> None:
    assert Guard.of([], allow_private=False).check("robot.example", [address, address]) == (address,)


@pytest.mark.parametrize("guard", [Guard.of([], allow_private=True), Guard.of(["Robot.Example"], allow_private=False)])
def test_who_may_call_private_addresses_still_calls_no_metadata_service(guard: Guard) -> None:
    assert guard.check("robot.example", ["10.0.0.1", "::1", "fd12::1"]) == ("10.0.0.1", "::1", "fd12::1")
    for address in ("169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1", "::ffff:169.254.169.254", "2001:0:c000:201::5601:5601"):
        with pytest.raises(Refused):
            guard.check("robot.example", [address])


def test_a_listed_network_may_be_called_and_the_next_one_not() -> None:
    guard = Guard.of(["10.8.0.0/16", "fd12::1", "169.254.7.7"], allow_private=False)
    assert guard.check("any.example", ["10.8.9.9", "::ffff:10.8.0.1", "fd12::1", "169.254.7.7"])
    for address in ("10.9.0.1", "fd12::2", "169.254.169.254"):
        with pytest.raises(Refused):
            guard.check("any.example", [address])
    with pytest.raises(Refused):
        Guard.of(["listed.example"], allow_private=False).check("other.example", ["10.8.0.1"])


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "017700000001", "localhost", "[::1]", "[::ffff:7f00:1]", "0"]
)
async def test_no_notation_of_this_machine_passes(tmp_path: Path, host: str) -> None:
    async with web_receiver() as receiver:
        channel = channel_of(tmp_path, f'kind = "webhook"\nurl = "https://{host}:{receiver.port}/x"')
        outcome = await channel.send(MESSAGE, [], NOW)
    assert outcome.result == "failed", outcome.answer
    assert "不予访问" in outcome.answer
    assert receiver.received == []


async def test_a_name_is_resolved_once_and_what_was_checked_is_called(tmp_path: Path) -> None:
    async with web_receiver() as receiver:
        text = f'kind = "webhook"\nurl = "http://gateway.invalid:{receiver.port}/x?a=1"\nallow_hosts = ["127.0.0.0/8"]'
        outcome = await channel_of(tmp_path, text, answering(["127.0.0.1"])).send(MESSAGE, [], NOW)
        assert outcome.result == "delivered", outcome.answer
        (got,) = receiver.received
    assert got.headers["host"] == f"gateway.invalid:{receiver.port}"
    assert got.target == "/x?a=1"


@pytest.mark.parametrize("allowed", ['allow_hosts = ["10.0.0.0/8"]', 'allow_hosts = ["gateway.invalid"]', "allow_private = true"])
async def test_nothing_goes_in_the_clear_to_a_public_address(tmp_path: Path, allowed: str) -> None:
    text = f'kind = "webhook"\nurl = "http://gateway.invalid/x"\n{allowed}'
    outcome = await channel_of(tmp_path, text, answering(["223.5.5.5"])).send(MESSAGE, [], NOW)
    assert (outcome.result, outcome.answer) == ("failed", "gateway.invalid 指向公网地址 223.5.5.5，须使用 https，不予访问")


async def test_a_name_that_leads_elsewhere_later_is_checked_again(tmp_path: Path) -> None:
    async with web_receiver() as receiver:
        text = f'kind = "webhook"\nurl = "http://rebinding.invalid:{receiver.port}/"\nallow_hosts = ["127.0.0.1"]'
        channel = channel_of(tmp_path, text, answering(["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1", "127.0.0.2"]))
        outcomes = [await channel.send(MESSAGE, [], NOW) for _ in range(3)]
        assert len(receiver.received) == 1
    assert [outcome.result for outcome in outcomes] == ["delivered", "failed", "failed"]
    assert outcomes[1].answer == "rebinding.invalid 指向本机地址 127.0.0.2，未列入 allow_hosts，不予访问"


async def test_where_the_first_address_is_dead_the_next_one_is_called(tmp_path: Path) -> None:
    async with web_receiver() as receiver:
        text = f'kind = "webhook"\nurl = "http://two.invalid:{receiver.port}/"\nallow_private = true'
        outcome = await channel_of(tmp_path, text, answering(["127.0.0.9", "127.0.0.1"])).send(MESSAGE, [], NOW)
    assert outcome.result == "delivered"


async def test_tls_asks_for_the_name_and_not_for_the_address(tmp_path: Path) -> None:
    async with raw_receiver() as (port, got):
        text = f'kind = "webhook"\nurl = "https://gateway.invalid:{port}/"\nallow_private = true'
        outcome = await channel_of(tmp_path, text, answering(["127.0.0.1"])).send(MESSAGE, [], NOW)
    assert outcome.result == "retry"
    assert got[0][0] == 0x16, "a TLS handshake"
    assert b"gateway.invalid" in got[0], "the server name in its greeting"
