"""Composes a report from its material: no clock, no store, no format."""

from collections.abc import Sequence

from contracts.figures import Counts, Group, Rates
from shared.domain.matter import Family
from shared.domain.measure import Measure
from shared.figures.document import wire_counts, wire_rates
from shared.figures.excel import facts_of, rates_table
from shared.figures.period import chinese_instant
from shared.figures.table import Table, plain
from shared.report import tables
from shared.report.content import Material, Report, Section
from shared.report.office import SpecialInspection, fill
from shared.report.said import FAMILY_UNITS, ended_otherwise, satisfaction, values_of, with_parts
from shared.report.tasks import Counted, counts_of_tasks, grouped

_NUMERALS = "一二三四五六七八九十"


def compose(material: Material) -> Report:
    """The content of a report; sections that there is nothing for are left out, but for the overdue and the comparison."""
    found = [
        _whole(material),
        _directives(material),
        _complaints(material),
        _rectifications(material),
        _overdue(material),
        Section("与上年同期比较", (), (tables.compared(material.figures, material.last_year),)),
        _indicators(material),
        _attached(material),
        _basis(material),
    ]
    sections = [section for section in found if section is not None]
    numbered = tuple(
        Section(f"{numeral}、{one.heading}", one.paragraphs, one.tables)
        for numeral, one in zip(_NUMERALS, sections, strict=False)
    )
    names = {"office": material.settings.office, "period": material.period.name}
    return Report(fill(material.settings.title, names), _true_for(material), numbered, material.figures)


def _true_for(material: Material) -> str:
    figures = material.figures
    known = "按生成报告时所知" if figures.known_at is None else f"按{_local(material)}所知"
    positions = "、".join(f"{partition}:{position}" for partition, position in figures.positions.items()) or "无"
    return f"截至{chinese_instant(material.as_of)}，{known}；台账位置{positions}；时区{figures.timezone}"


def _local(material: Material) -> str:
    known_at = material.figures.known_at
    assert known_at is not None
    return chinese_instant(known_at.astimezone(material.office.zone))


def _whole(material: Material) -> Section:
    figures = material.figures
    counts, rates = figures.counts, figures.rates
    values = values_of(counts, rates)
    families = "、".join(f"{one.name}{plain(one.counts.received)}件" for one in figures.families)
    first = f"截至{chinese_instant(material.as_of)}，{material.period.name}共收到督办事项{values['received']}件"
    said = [
        f"{first}{f'，其中{families}' if families else ''}。{fill(material.settings.phrases.progress, values)}"
        f"{ended_otherwise(counts)}。办结率{values['closure']}，按期办结率{values['on_time']}；逾期未办结{values['overdue']}件。"
    ]
    if figures.flow is not None:
        flow = figures.flow
        ended = flow.withdrawn + flow.not_accepted + flow.merged + flow.excluded
        said.append(
            f"期初在办{plain(flow.opening)}件，新收{plain(flow.received)}件，转入{plain(flow.moved_in)}件，"
            f"转出{plain(flow.moved_out)}件，另行了结{plain(ended)}件，办结{plain(flow.closed)}件，期末在办{plain(flow.open)}件。"
        )
    table = tables.counted("按类型", "按类型", "类型", tables.of_groups(figures.families))
    return Section("总体情况", tuple(said), (table,))


def _family(material: Material, family: Family) -> Group | None:
    return next((one for one in material.figures.families if one.key == family and one.counts.received), None)


def _by_source(material: Material, family: Family) -> list[tuple[str, Counts, Rates]]:
    """The sources of a family in the order in which the office lists them, then by name."""
    order = {name: place for place, name in enumerate(material.settings.sources)}
    groups = grouped([one for one in material.received if one.task.family is family], lambda one: one.task.owner)
    sources = sorted(groups, key=lambda name: (order.get(name, len(order)), name))
    return [(material.settings.name_of(source), *_numbers(groups[source], material)) for source in sources]


def _numbers(tasks: Sequence[Counted], material: Material) -> tuple[Counts, Rates]:
    counts = counts_of_tasks(tasks)
    return wire_counts(counts), wire_rates(counts, material.office.few)


def _directives(material: Material) -> Section | None:
    group = _family(material, Family.DIRECTIVE)
    if group is None:
        return None
    unit, phrases = FAMILY_UNITS[Family.DIRECTIVE], material.settings.phrases
    sources = _by_source(material, Family.DIRECTIVE)
    listed = "、".join(f"{name}{plain(counts.received)}{unit}" for name, counts, _ in sources)
    values = values_of(group.counts, group.rates, unit) | {"list": listed, "name": group.name}
    said = f"{fill(phrases.directives, values)}。{fill(phrases.progress, values)}{ended_otherwise(group.counts)}。"
    rates = f"办结率{values['closure']}，按期办结率{values['on_time']}。"
    return Section("指令办理情况", (said + rates,), (tables.counted("指令", "指令办理情况", "来源", sources),))


def _complaints(material: Material) -> Section | None:
    group = _family(material, Family.COMPLAINT)
    if group is None:
        return None
    phrases = material.settings.phrases
    values = values_of(group.counts, group.rates, FAMILY_UNITS[Family.COMPLAINT]) | {"name": group.name}
    progress = f"{fill(phrases.progress, values)}{ended_otherwise(group.counts)}"
    said = f"{fill(phrases.complaints, values)}。{progress}；按期办结率{values['on_time']}。{satisfaction(group.rates)}"
    table = tables.counted("信访", "信访投诉办理情况", "来源", _by_source(material, Family.COMPLAINT))
    return Section("信访投诉办理情况", (said,), (table,))


def _rectifications(material: Material) -> Section | None:
    problems = [one for one in material.received if one.task.family is Family.RECTIFICATION]
    if not problems:
        return None
    campaigns = {one.batch: one for one in material.settings.campaign}
    batches = grouped(problems, lambda one: one.task.batch if one.task.batch in campaigns else "")
    paragraphs, rows = [], []
    if "" in batches:
        counts, rates = _numbers(batches[""], material)
        values = values_of(counts, rates, FAMILY_UNITS[Family.RECTIFICATION])
        accepted = f"办结率{values['closure']}，验收率{with_parts(rates.acceptance)}；逾期{values['overdue']}个。"
        paragraphs.append(f"{fill(material.settings.phrases.rectifications, values)}。{accepted}")
        rows.append(("督察反馈问题", counts, rates))
    for name, campaign in campaigns.items():
        if name in batches:
            counts, rates = _numbers(batches[name], material)
            paragraphs.append(_campaign(material, campaign, batches[name], counts, rates))
            rows.append((name, counts, rates))
    table = tables.counted("整改", "督察反馈和专项排查问题整改情况", "问题来源", rows)
    return Section("督察反馈和专项排查问题整改情况", tuple(paragraphs), (table,))


def _campaign(material: Material, campaign: SpecialInspection, tasks: Sequence[Counted], counts: Counts, rates: Rates) -> str:
    phrases = material.settings.phrases
    values = values_of(counts, rates, FAMILY_UNITS[Family.RECTIFICATION])
    values |= {"name": campaign.batch, "enterprises": str(len(tables.names_of(tasks)))}
    if campaign.checked is not None:
        values["checked"] = str(campaign.checked)
    phrase = campaign.said or (phrases.campaign if campaign.checked is None else phrases.checked)
    return f"{fill(phrase, values)}。办结率{values['closure']}；逾期{values['overdue']}个。"


def _overdue(material: Material) -> Section:
    table = tables.overdue(material)
    if not table.rows:
        return Section("逾期未办结事项", ("截至时刻无逾期未办结事项。",))
    of_period = sum(one.has(Measure.OVERDUE_OPEN) for one in material.received)
    earlier = len(table.rows) - of_period
    said = f"截至时刻逾期未办结事项{len(table.rows)}件，其中本期收到{of_period}件，以前收到{earlier}件。"
    return Section("逾期未办结事项", (said,), (table,))


def _indicators(material: Material) -> Section | None:
    return Section("外部指标", (), (tables.indicators(material),)) if material.indicators else None


def _attached(material: Material) -> Section:
    figures = material.figures
    shared = "涉及多个类别的事项在各类别中分别计数，各类别之和可大于总数。"
    found: list[Table] = [
        tables.counted("按单位", "按单位（按单位序列）", "单位", tables.of_groups(figures.units), "上级单位的数含下级单位。"),
        tables.counted("按来源", "按来源", "来源", tables.of_groups(figures.sources, dict(material.settings.sources))),
        tables.counted("按类别", "按类别", "类别", tables.of_groups(figures.categories), shared),
        tables.counted("按月", "按收到月份", "月份", tables.of_groups(figures.periods)),
    ]
    return Section("附表", (), tuple(table for table in found if table.rows))


def _basis(material: Material) -> Section:
    said = tuple(f"{name}：{what}" for name, what in facts_of(material.figures))
    rule = "比率按四位小数截取，不四舍五入：尚有未办结的，办结率不显示为100%；分母为0的以“—”表示。"
    return Section("数据口径", (*said, rule), (rates_table(material.figures),))
