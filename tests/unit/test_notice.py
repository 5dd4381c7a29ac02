"""A notice of the State Council, read from its text, says what the published tables say."""

import pytest

from shared.calendars import load_calendar, read_calendar
from shared.calendars.notice import parse_notice, to_toml
from shared.domain.calendar import BadCalendar
from tests.support.sample import SHANGHAI

CALENDAR = load_calendar(SHANGHAI)

# Dates as published, in the wording that such notices have.
OF_2026 = """关于2026年部分节假日安排的通知
现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
2025年11月4日
"""
OF_2023 = """国务院办公厅关于2023年部分节假日安排的通知
一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
三、清明节：4月5日放假，共1天。
四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。
2022年12月8日
"""


@pytest.mark.parametrize("text", [OF_2026, OF_2023])
def test_its_days_are_those_of_the_published_tables(text: str) -> None:
    read = parse_notice(text)
    shipped = CALENDAR.notices[read.year]
    # The last days of a December may come from the notice of the year after.
    assert {day for day in read.off if day.year == read.year} == {day for day in shipped.off if (day.month, day.day) < (12, 29)}
    assert set(read.work) == set(shipped.work)
    assert read.published == shipped.published
    assert all(not CALENDAR.is_working(day) for day in read.off)


def test_a_notice_names_days_of_the_december_before() -> None:
    assert min(parse_notice(OF_2023).off).isoformat() == "2022-12-31"


def test_it_is_written_as_a_calendar_file_that_reads_the_same(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "2026.toml"
    file.write_text(to_toml(parse_notice(OF_2026)), encoding="utf-8")
    [notice], local, hours = read_calendar(file)
    assert (notice, local, hours) == (parse_notice(OF_2026), [], None)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("2026年部分", "今年部分", "year is unknown"),
        ("共9天", "共8天", "春节: the notice says 8 days, its dates are 9"),
        ("二、春节：2月15日", "二、春节：2月25日", "backwards"),
        ("三、清明节：4月4日（周六）至6日（周一）放假，共3天。", "三、清明节：另行通知。", "清明: no days off"),
        ("五、端午节：6月19日", "五、端午节：19日", "without a month"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_item(old: str, new: str, why: str) -> None:
    assert old in OF_2026
    with pytest.raises(BadCalendar, match=why):
        parse_notice(OF_2026.replace(old, new))
