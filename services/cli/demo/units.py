"""The units of the district that handle matters, in the order in which the office lists them."""

from typing import Final

OFFICE: Final = "gxq-sthj"
AIR: Final = "gxq-sthj-dq"
WATER: Final = "gxq-sthj-st"
ENFORCEMENT: Final = "gxq-sthj-zf"
PETITIONS: Final = "gxq-sthj-xf"
CITY_ENFORCEMENT: Final = "gxq-zhzf"
BUILDING: Final = "gxq-zjj"
SANITATION: Final = "gxq-cg"
TRAFFIC: Final = "gxq-jj"
ZHANGFAN: Final = "gxq-zfjd"
XINGREN: Final = "gxq-xrjd"
XINGCHENG: Final = "gxq-xcjd"

UNITS: Final[tuple[tuple[str, str], ...]] = (
    (OFFICE, "生态环境局高新区分局"),
    (AIR, "高新区分局大气科"),
    (WATER, "高新区分局水与土壤科"),
    (ENFORCEMENT, "高新区分局执法中队"),
    (PETITIONS, "高新区分局信访办"),
    (CITY_ENFORCEMENT, "高新区综合执法局"),
    (BUILDING, "高新区国土住建局"),
    (SANITATION, "高新区城市管理服务中心"),
    (TRAFFIC, "高新区交警大队"),
    (ZHANGFAN, "张范街道"),
    (XINGREN, "兴仁街道"),
    (XINGCHENG, "兴城街道"),
)
"""Code and Chinese name of each unit."""

UNIT_NAMES: Final[dict[str, str]] = dict(UNITS)
