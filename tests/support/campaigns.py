"""A sample campaign: every half month at three enterprises, as a file of the office writes it."""

from datetime import date
from pathlib import Path
from typing import Final

from shared.domain.budget import Budget
from shared.domain.campaign import Campaign, Enterprise, Every
from shared.domain.matter import Family

OWNER: Final = "gx-bureau"
ENTERPRISES: Final = ("海宁化工有限公司", "东沙河镀锌厂", "兴城蓄电池有限公司")
USCC: Final = "91370400MA3C000001"

FILE: Final = f"""
id = "hazardous-waste-2023"
owner = "{OWNER}"
title = "危险废物百日攻坚拉网排查"
unit = "SOLID-WASTE"
every = "half_month"
from = 2023-04-01
until = 2023-07-10
due = "period_end"
[[enterprise]]
name = "{ENTERPRISES[0]}"
uscc = "{USCC}"
[[enterprise]]
name = "{ENTERPRISES[1]}"
[[enterprise]]
name = "{ENTERPRISES[2]}"
"""


def written(folder: Path, text: str = FILE, name: str = "own.toml") -> Path:
    """A campaign file in a folder that is made for it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def campaign(
    every: Every = "half_month",
    first: date = date(2023, 4, 1),
    last: date = date(2023, 7, 10),
    *,
    family: Family = Family.DIRECTIVE,
    due: Budget | None = None,
) -> Campaign:
    """What FILE says, or another course of it."""
    return Campaign(
        id="hazardous-waste-2023",
        owner=OWNER,
        title="危险废物百日攻坚拉网排查",
        family=family,
        unit="SOLID-WASTE",
        policy=None,
        every=every,
        first=first,
        last=last,
        due=due,
        enterprises=tuple(Enterprise(name, USCC if name == ENTERPRISES[0] else None) for name in ENTERPRISES),
    )
