"""Channels of a written file, and the message that the tests send by them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from services.notifier.channels.address import Resolve, ask_system
from services.notifier.channels.load import Channels, load_channels
from services.notifier.channels.message import Channel, Message, Recipient

NOW: Final = datetime(2026, 11, 23, 4, 0, 0, 250_000, tzinfo=UTC)
ZHANG: Final = Recipient("张三", "zhang@example.gov.cn", "13800000001")
LI: Final = Recipient("李四", "li@example.gov.cn", "13800000002")
MESSAGE: Final = Message(
    id="due:city/ZB-7:1",
    title="2 件事项将于今日到期",
    lines=("ZB-7 清理河道（水务科）", 'ZB-9 "门前"三包（城管科）'),
    link="https://duban.example.gov.cn/tasks?due=today",
    made_at=datetime(2026, 11, 23, 3, 59, tzinfo=UTC),
)


def channels_of(folder: Path, text: str, environment: Mapping[str, str] | None = None, resolve: Resolve = ask_system) -> Channels:
    """The channels of a file with this text."""
    file = folder / "notify.toml"
    file.write_text(text, encoding="utf-8")
    return load_channels(file, environment or {}, resolve)


def channel_of(folder: Path, text: str, resolve: Resolve = ask_system) -> Channel:
    """The only channel of a table `[[channel]]` with these lines and the name 试."""
    return channels_of(folder, f'[[channel]]\nname = "试"\n{text}\n', resolve=resolve)["试"]


def answering(*answers: Sequence[str]) -> Resolve:
    """Names as a server would resolve them that says something else each time; asked once more than it has answers, it fails."""
    left = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return left.pop(0)

    return resolve
