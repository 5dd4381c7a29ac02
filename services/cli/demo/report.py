"""What the demo's office says of its reports, and the figures of others in the half-year report that the demo follows."""

from typing import Final

REPORT: Final = """\
# What the reports of `duban report` are to say in this office's words. Every entry may be left out.
office = "生态环境局高新区分局"

[sources]
city-command = "市级指令"
district-command = "区级指令"
hotline-12345 = "12345热线"
hotline-12369 = "12369环保举报"
letters-visits = "来信来访"
inspection-office = "督察反馈和专项排查"

[[campaign]]
batch = "挥发性有机物企业帮扶评估"
checked = 16
said = "开展涉挥发性有机物企业现场评估帮扶，责令整改提升企业{enterprises}家，已完成整改{closed}个问题"

[[campaign]]
batch = "活性炭吸附设施专项检查"
checked = 29
said = "开展采用活性炭吸附设施治理排查{checked}家，交办整改问题{received}个，已完成整改{closed}个"

[[campaign]]
batch = "工业炉窑和锅炉专项检查"
checked = 7
said = "开展工业炉窑、锅炉排查{checked}家，交办整改问题{received}个，已完成整改{closed}个"
"""
"""The file report.toml."""

_SOURCE: Final = "高新区分局2023年上半年工作总结"
_AIR: Final = "2023-01-01..2023-06-18"
_ROWS: Final = (
    ("PM2.5平均浓度", _AIR, "47", "μg/m³", "同期改善4.1%"),
    ("CO平均浓度", _AIR, "1", "mg/m³", "同期改善16.7%"),
    ("O3平均浓度", _AIR, "160", "μg/m³", "同期改善9.6%"),
    ("环境空气质量综合指数", _AIR, "4.87", "", "同期改善2%"),
    ("空气质量优良天数", _AIR, "115", "天", "同比增加17天"),
    ("空气质量优良率", _AIR, "68.5", "%", "同比增加10.5个百分点；总结未给出分母"),
)
_SATISFACTION: Final = f"""\
[[indicator]]
name = "群众满意度（居住环境领域）"
period = "2023Q1"
rank = "全市第2"
source = "{_SOURCE}"
recorded_on = 2023-06-18
note = "一季度，电话调查，与回访满意率不是同一指标"
"""


def indicators() -> str:
    """The file indicators.toml."""
    return "\n".join([*(_indicator(*row) for row in _ROWS), _SATISFACTION])


def _indicator(name: str, period: str, value: str, unit: str, note: str) -> str:
    said = {"name": name, "period": period, "unit": unit, "source": _SOURCE, "note": note}
    words = "".join(f'{key} = "{text}"\n' for key, text in said.items())
    return f"[[indicator]]\n{words}value = {value}\nrecorded_on = 2023-06-18\n"
