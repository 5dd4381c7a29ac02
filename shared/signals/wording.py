"""What a finding says, in a neutral sentence of each language."""

from datetime import tzinfo
from typing import Final

from shared.domain.signal import Finding, Kind, Thresholds

_ZH: Final[dict[Kind, str]] = {
    "last-hour": "{unit}：{day}有{count}件次在期限前{t.last_hour_minutes}分钟内办结（提示线{threshold}件次）。",
    "at-once": "{unit}：{first}至{last}办结{count}件次，其中{t.at_once_minutes}分钟内达到{threshold}件次（提示线）。",
    "relapses": "{unit}：{number}截至{last}反弹{count}次（提示线{threshold}次）。",
    "sent-back": "{unit}：{number}截至{last}被退回重办{count}次（提示线{threshold}次）。",
    "closed-again": "{unit}：{number}于{first}反弹，{last}再次办结，间隔不超过{t.closed_again_hours}小时（提示线）。",
    "same-text": "{unit}：{count}件报告完成的文字相同（提示线{threshold}件）：“{text}”。",
    "same-review": "{unit}：{count}件的审核意见文字相同（提示线{threshold}件）：“{text}”。",
    "extensions-requested": "{unit}：{day}申请延期{count}次（提示线{threshold}次）。",
    "extensions-granted": "{unit}：{day}获准延期{count}次（提示线{threshold}次）。",
    "extensions-at-the-last": "{unit}：{first}至{last}有{count}次延期申请在期限前最后{t.at_the_last_working_days}个工作日内提出"
    "（提示线{threshold}次）。",
}
_EN: Final[dict[Kind, str]] = {
    "last-hour": "{unit}: closings on {day} within the last {t.last_hour_minutes} minutes before the due: {count} "
    "(told from {threshold} on).",
    "at-once": "{unit}: closings from {first} to {last}: {count}, of them {threshold} or more within {t.at_once_minutes} minutes "
    "(told from {threshold} on).",
    "relapses": "{unit}: relapses of {number} until {last}: {count} (told from {threshold} on).",
    "sent-back": "{unit}: times that {number} was sent back until {last}: {count} (told from {threshold} on).",
    "closed-again": "{unit}: {number} relapsed at {first} and was closed again at {last} "
    "(told within {t.closed_again_hours} hours).",
    "same-text": "{unit}: tasks submitted in the same words: {count} (told from {threshold} on): “{text}”.",
    "same-review": "{unit}: tasks approved by the reviewer in the same words: {count} (told from {threshold} on): “{text}”.",
    "extensions-requested": "{unit}: extensions asked for on {day}: {count} (told from {threshold} on).",
    "extensions-granted": "{unit}: extensions granted on {day}: {count} (told from {threshold} on).",
    "extensions-at-the-last": "{unit}: extensions asked for from {first} to {last} within the last working days before the due "
    "({t.at_the_last_working_days}): {count} (told from {threshold} on).",
}


def sentences(finding: Finding, thresholds: Thresholds, name: str, zone: tzinfo) -> tuple[str, str]:
    """The fact in Chinese and in English; instants in local time."""
    first, last = (moment.at.astimezone(zone) for moment in (finding.moments[0], finding.moments[-1]))
    said = {
        "unit": name,
        "number": finding.moments[-1].matter.number,
        "count": finding.count,
        "threshold": finding.threshold,
        "t": thresholds,
        "day": f"{first:%Y-%m-%d}",
        "first": f"{first:%Y-%m-%d %H:%M}",
        "last": f"{last:%Y-%m-%d %H:%M}",
        "text": finding.moments[0].text,
    }
    return _ZH[finding.kind].format(**said), _EN[finding.kind].format(**said)
