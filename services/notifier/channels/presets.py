"""What is known of common gateways: how their bodies look, what they take, how they sign and what they answer."""

from datetime import timedelta
from typing import Final, Literal

from services.notifier.channels.judge import Robot
from shared.domain.value import value

PresetName = Literal["wecom", "dingtalk", "feishu", "sms"]
Signing = Literal["none", "standard", "dingtalk", "feishu"]


@value
class Preset:
    """A gateway; what an office writes itself goes before it."""

    body: str
    most_bytes: int
    """Of the whole body, in UTF-8; what the vendor allows or less."""
    signing: Signing
    base_url: str | None = None
    """Of the vendor's own service; a private deployment has another one."""
    path: str | None = None
    """Goes after the base URL and before the key; None where only a whole URL will do."""
    robot: Robot | None = None
    shared: bool = False
    per_minute: int | None = None
    to_each: bool = False
    """Whether each person's mobile number is called on its own."""


_WECOM: Final = """
{% set content %}
**{{ title | plain }}**
{% for line in lines %}
> {{ line | plain }}
{% endfor %}
{% if link %}

[查看并知悉]({{ link }})
{% endif %}
{% endset %}
{"msgtype": "markdown", "markdown": {"content": {{ content | trim | tojson }}}}
"""

_DINGTALK: Final = """
{% set content %}
#### {{ title | plain }}
{% for line in lines %}
- {{ line | plain }}
{% endfor %}
{% if link %}

[查看并知悉]({{ link }})
{% endif %}
{% endset %}
{"msgtype": "markdown", "markdown": {"title": {{ title | plain | tojson }}, "text": {{ content | trim | tojson }}}}
"""

_FEISHU: Final = """
{"msg_type": "post", "content": {"post": {"zh_cn": {"title": {{ title | tojson }}, "content": [
{% for line in lines or [title] %}
[{"tag": "text", "text": {{ line | tojson }}}]{{ "" if loop.last else "," }}
{% endfor %}
{% if link %}
,[{"tag": "a", "text": "查看并知悉", "href": {{ link | tojson }}}]
{% endif %}
]}}}}
"""

_SMS: Final = """
{"mobile": {{ recipient.mobile | tojson }},
"content": {{ (text ~ ("\\n查看并知悉：" ~ link if link else "")) | tojson }}}
"""

_OWN: Final = """
{"type": "duban.notice", "timestamp": {{ made_at | tojson }}, "data": {"id": {{ id | tojson }}, "title": {{ title | tojson }},
"lines": {{ lines | tojson }}, "link": {{ link | tojson }}, "to": {{ recipients | map(attribute="name") | list | tojson }}}}
"""

_MINUTE: Final = timedelta(minutes=1)
_BLOCKED: Final = timedelta(minutes=10)
"""For so long DingTalk refuses a robot that sent more than 20 messages in a minute."""

OWN: Final = Preset(_OWN, 64 * 1024, "standard")
"""A receiver of the office's own."""

PRESETS: Final[dict[PresetName, Preset]] = {
    "wecom": Preset(
        body=_WECOM,
        most_bytes=4096,
        signing="none",
        base_url="https://qyapi.weixin.qq.com",
        path="/cgi-bin/webhook/send?key=",
        robot=Robot(("errcode",), {"-1": _MINUTE, "45009": _MINUTE, "45033": _MINUTE}),
        shared=True,
        per_minute=20,
    ),
    "dingtalk": Preset(
        body=_DINGTALK,
        most_bytes=20_000,
        signing="dingtalk",
        base_url="https://oapi.dingtalk.com",
        path="/robot/send?access_token=",
        robot=Robot(("errcode",), {"-1": _MINUTE, "130101": _BLOCKED, "410100": _BLOCKED, "90030": _BLOCKED}),
        shared=True,
        per_minute=20,
    ),
    "feishu": Preset(
        body=_FEISHU,
        most_bytes=20_000 - 200,  # room for the signature, which goes into the body
        signing="feishu",
        base_url="https://open.feishu.cn",
        path="/open-apis/bot/v2/hook/",
        robot=Robot(("code", "StatusCode"), {"11232": _MINUTE, "99991400": _MINUTE}),
        shared=True,
        per_minute=20,
    ),
    "sms": Preset(body=_SMS, most_bytes=1500, signing="standard", to_each=True),
}
