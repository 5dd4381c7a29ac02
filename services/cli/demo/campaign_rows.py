"""The campaigns of the half-year: day, enterprise, problem, due, and how the rectification went (see course.STORIES).

A due is a precision of `DuePeriod` with a day in it, `instant` with a day (18:00 of it), or `open_ended`.
"""

from typing import Final, NamedTuple

from services.cli.demo.campaign_problems import CARBON, FURNACE, VOCS, Problem

CampaignRow = tuple[str, str, str, str, str]


class Campaign(NamedTuple):
    """One campaign: its name, how the matters are numbered, what it found and how many firms were looked at."""

    name: str
    prefix: str
    document: str
    basis: str
    checked: int
    problems: dict[str, Problem]
    rows: tuple[CampaignRow, ...]


MAY, JUNE, JULY = "month_end 2023-05-31", "quarter_end 2023-06-30", "month_end 2023-07-31"

CASTING = "高新区某铸造企业（1号）"
MACHINERY = "高新区某机械制造企业（3号）"
BUILDING_STONE = "高新区某建材企业（2号）"
BOILER = "高新区某供热锅炉房"
FOOD = "高新区某食品加工企业（2号）"
HEAT_TREATMENT = "高新区某热处理企业（1号）"
TEXTILE = "高新区某纺织企业（1号）"

_CARBON_ROWS: tuple[CampaignRow, ...] = (
    ("03-20", "高新区某家具企业（1号）", "fill", "month_end 2023-04-30", ""),
    ("03-20", "高新区某印刷企业（2号）", "ledger", "month_end 2023-04-30", ""),
    ("03-23", "高新区某汽修喷漆店（3号）", "iodine", "instant 2023-04-28", "back"),
    ("03-23", "高新区某涂料企业（3号）", "storage", MAY, ""),
    ("03-27", "高新区某橡塑企业（1号）", "gauge", MAY, "overdue"),
)

_FURNACE_ROWS: tuple[CampaignRow, ...] = (
    ("04-11", CASTING, "dust", MAY, ""),
    ("04-11", CASTING, "hood", JULY, "open"),
    ("04-11", CASTING, "log", "month_end 2023-04-30", ""),
    ("04-11", CASTING, "door", MAY, ""),
    ("04-13", MACHINERY, "hood", JUNE, ""),
    ("04-13", MACHINERY, "log", "month_end 2023-04-30", ""),
    ("04-13", MACHINERY, "plan", MAY, ""),
    ("04-18", BUILDING_STONE, "fuel", JULY, "open"),
    ("04-18", BUILDING_STONE, "ash", MAY, "back"),
    ("04-18", BUILDING_STONE, "lime", "instant 2023-06-20", "back-open"),
    ("04-18", BUILDING_STONE, "meter", JULY, "review"),
    ("04-20", BOILER, "oxygen", JUNE, ""),
    ("04-20", BOILER, "burner", JULY, "open"),
    ("04-20", BOILER, "permit", MAY, ""),
    ("04-25", FOOD, "oxygen", JUNE, ""),
    ("04-25", FOOD, "log", "month_end 2023-05-31", ""),
    ("04-25", FOOD, "burner", JULY, "open"),
    ("04-27", HEAT_TREATMENT, "door", JUNE, ""),
    ("04-27", HEAT_TREATMENT, "plan", MAY, "late"),
    ("04-27", HEAT_TREATMENT, "permit", JUNE, "open"),
    ("05-05", TEXTILE, "ash", JUNE, ""),
    ("05-05", TEXTILE, "meter", JULY, "open"),
    ("05-05", TEXTILE, "dust", JULY, "review"),
)

_VOCS_ROWS: tuple[CampaignRow, ...] = (
    ("05-09", "锂电产业园某电池材料企业（1号）", "leak", "instant 2023-06-09", ""),
    ("05-09", "高新区某涂料企业（3号）", "seal", MAY, ""),
    ("05-10", "高新区某家具企业（1号）", "room", JULY, "open"),
    ("05-10", "高新区某家具企业（4号）", "hood", "instant 2023-06-12", ""),
    ("05-12", "高新区某印刷企业（2号）", "print", JULY, "open"),
    ("05-12", "高新区某印刷企业（5号）", "waste", MAY, ""),
    ("05-15", "高新区某塑料制品企业（4号）", "bypass", "instant 2023-06-08", "back"),
    ("05-15", "高新区某注塑企业（5号）", "carbon", JUNE, ""),
    ("05-17", "高新区某橡塑企业（1号）", "carbon", JULY, "review"),
    ("05-17", "高新区某汽修喷漆店（3号）", "room", JULY, "open"),
    ("05-19", "高新区某汽修喷漆店（6号）", "seal", JUNE, "slow-sign"),
    ("05-22", "高新区某机械制造企业（3号）", "hood", JULY, "open"),
    ("05-24", "高新区某五金企业（4号）", "carbon", JUNE, "open"),
    ("05-26", "高新区某包装企业（1号）", "print", JULY, "open"),
    ("05-30", "高新区某工程机械企业（2号）", "room", "quarter_end 2023-09-30", "open"),
    ("06-02", "锂电产业园某电解液仓库（2号）", "leak", JULY, "open"),
)

CAMPAIGNS: Final[tuple[Campaign, ...]] = (
    Campaign("活性炭吸附设施专项检查", "HXT", "枣高环交", "《活性炭专项检查记录》", 29, CARBON, _CARBON_ROWS),
    Campaign("工业炉窑和锅炉专项检查", "LY", "枣高环交", "《炉窑锅炉专项检查记录》", 7, FURNACE, _FURNACE_ROWS),
    Campaign("挥发性有机物企业帮扶评估", "VOC", "枣高环改", "《现场帮扶评估意见》", 16, VOCS, _VOCS_ROWS),
)
