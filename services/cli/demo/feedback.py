"""The rectification problems of an inspection's feedback, each with its goal, measures, units and due."""

from typing import Final, NamedTuple

from services.cli.demo.units import (
    AIR,
    BUILDING,
    CITY_ENFORCEMENT,
    OFFICE,
    SANITATION,
    TRAFFIC,
    WATER,
    XINGCHENG,
    XINGREN,
    ZHANGFAN,
)


class Feedback(NamedTuple):
    """One problem; `due` and `story` as in campaign_rows."""

    day: str
    category: str
    title: str
    goal: str
    measures: tuple[str, ...]
    due: str
    unit: str
    story: str
    done: str


INSPECTION: Final = "上级督察反馈（2022年第二批）"

FEEDBACK: Final[tuple[Feedback, ...]] = (
    Feedback(
        "02-14",
        "水",
        "兴城街道老旧小区雨污管网混接整改",
        "完成混接点改造，晴天排口无污水流出",
        ("逐户排查混接点并建档", "分段实施雨污分流改造", "改造后开展水质比对"),
        "half_year_end 2023-12-31",
        BUILDING,
        "open",
        "",
    ),
    Feedback(
        "02-14",
        "水",
        "张范街道某支渠黑臭反弹整改",
        "支渠水体透明度达到要求并稳定保持",
        ("清淤并封堵渗漏口", "落实渠长每周巡查"),
        "quarter_end 2023-06-30",
        ZHANGFAN,
        "",
        "支渠清淤完成，连续三次水质检测达到要求。",
    ),
    Feedback(
        "02-14",
        "扬尘",
        "建筑工地扬尘防治措施落实不到位整改",
        "在建工地扬尘防治措施达标率保持稳定",
        ("每月组织交叉检查", "对反复问题工地约谈通报"),
        "open_ended",
        BUILDING,
        "open",
        "",
    ),
    Feedback(
        "02-16",
        "固废",
        "兴仁街道历史堆存建筑垃圾清理整改",
        "堆存点全部清理并恢复原状",
        ("摸清堆存量和来源", "分类清运至规范消纳场", "场地覆土复绿"),
        "month_end 2023-05-31",
        XINGREN,
        "overdue",
        "",
    ),
    Feedback(
        "02-16",
        "移动源",
        "非道路移动机械编码登记不全整改",
        "在用机械编码登记全覆盖",
        ("对在建工地机械逐台核对", "未登记机械禁止进场"),
        "quarter_end 2023-03-31",
        AIR,
        "back",
        "在用机械编码登记已补齐，抽查未发现未登记机械进场。",
    ),
    Feedback(
        "02-20",
        "移动源",
        "重型货车绕行措施执行不严整改",
        "建成区重型货车违规通行明显减少",
        ("增设绕行标志和抓拍", "每周开展联合路检"),
        "half_year_end 2023-12-31",
        TRAFFIC,
        "open",
        "",
    ),
    Feedback(
        "02-20",
        "固废",
        "小微企业危险废物收集转运不及时整改",
        "小微企业危险废物应收尽收",
        ("建立小微企业清单", "选定集中收集单位", "每季度核对转移联单"),
        "quarter_end 2023-09-30",
        WATER,
        "open",
        "",
    ),
    Feedback(
        "02-22",
        "餐饮油烟",
        "餐饮单位油烟净化设施监管不到位整改",
        "餐饮单位净化设施清洗记录齐全",
        ("建立餐饮单位台账", "推行清洗公示卡"),
        "month_end 2023-04-30",
        CITY_ENFORCEMENT,
        "late",
        "餐饮台账建立完成，清洗公示卡已张贴上墙。",
    ),
    Feedback(
        "02-22",
        "水",
        "农村生活污水设施运行维护不规范整改",
        "设施正常运行且出水水质达标",
        ("明确运维单位和责任人", "每季度检测出水水质"),
        "open_ended",
        WATER,
        "open",
        "",
    ),
    Feedback(
        "03-01",
        "扬尘",
        "城区道路机械化清扫覆盖不足整改",
        "背街小巷清扫实现机械与人工互补",
        ("补充小型清扫设备", "调整作业线路和频次"),
        "quarter_end 2023-09-30",
        SANITATION,
        "review",
        "清扫设备已到位，作业线路调整完成，申请验收。",
    ),
    Feedback(
        "03-01",
        "工业",
        "产业园区环境管理制度不完善整改",
        "园区环境管理制度健全并落实到企业",
        ("修订园区环境管理办法", "建立企业环保联络员制度"),
        "half_year_end 2023-12-31",
        OFFICE,
        "open",
        "",
    ),
    Feedback(
        "03-03",
        "噪声",
        "兴城街道夜间施工审批和公示不规范整改",
        "夜间施工许可与公示一一对应",
        ("统一公示牌样式", "向社区推送夜间施工信息"),
        "half_year_end 2023-12-31",
        XINGCHENG,
        "review",
        "公示样式已统一，社区推送机制运行两个月，申请验收。",
    ),
)
"""Twelve problems; the two `open_ended` ones are to be kept up for ever."""
