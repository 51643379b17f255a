import re

from supervision.messaging.gateways.aliyun_codes import ALIYUN, ALIYUN_RECEIPTS
from supervision.messaging.gateways.cmpp_codes import CMPP
from supervision.messaging.gateways.code_meanings import CodeClass, Meaning
from supervision.messaging.gateways.yunmas_codes import YUNMAS

# The words of SMPP 3.4 and CMPP (Stat of a status report), then those that the `http` protocol recommends.
_WORDS = {
    "DELIVRD": Meaning(CodeClass.OK, "短信已送达", "delivered to the handset"),
    "EXPIRED": Meaning(CodeClass.ABSENT, "超过有效期仍未送达", "not delivered before it expired"),
    "DELETED": Meaning(CodeClass.GATEWAY, "短信已被网关删除", "deleted by the gateway"),
    "UNDELIV": Meaning(CodeClass.ABSENT, "无法送达", "cannot be delivered"),
    "ACCEPTD": Meaning(
        CodeClass.GATEWAY, "已由运营商人工接收，未到用户", "accepted by the carrier in place of the user"
    ),
    "UNKNOWN": Meaning(CodeClass.GATEWAY, "短信状态无效", "the message is in an invalid state"),
    "REJECTD": Meaning(CodeClass.BLOCKED, "短信被运营商拒绝", "rejected by the carrier"),
    "ABSENT": Meaning(CodeClass.ABSENT, "用户关机或不在服务区", "switched off or out of reach"),
    "INVALID": Meaning(CodeClass.INVALID, "空号或停机", "no such number, or out of service"),
    "BLOCKED": Meaning(CodeClass.BLOCKED, "黑名单、关键字或已退订", "black list, keyword, or unsubscribed"),
    "UNREGISTERED": Meaning(CodeClass.UNREGISTERED, "签名或模板未报备", "the signature or template is not registered"),
    "THROTTLED": Meaning(CodeClass.THROTTLED, "流量控制", "flow control"),
    # Given by the client of the `http` protocol, for answers that carry no code of their own.
    "HTTP_429": Meaning(CodeClass.THROTTLED, "网关要求放慢速度", "the gateway asks for less"),
}

# Families of codes by their beginning: CMPP names the network element that reported (four digits follow), and
# the few numbers that domestic carriers agree on say more than their family does.
_FAMILIES = (
    (
        r"(CB:0001|CB:0053|DB:0102|MK:0001)",
        Meaning(CodeClass.INVALID, "空号或停机", "no such number, or out of service"),
    ),
    (r"IB:0008", Meaning(CodeClass.THROTTLED, "下一网关流量控制", "flow control at the next gateway")),
    (r"CB:0007", Meaning(CodeClass.INVALID, "用户余额不足", "the subscriber has no credit")),
    (r"I[A-D]:\d{4}", Meaning(CodeClass.GATEWAY, "下一网关报错", "fault at the next gateway (ISMG)")),
    (r"M[A-Z]:\d{4}", Meaning(CodeClass.ABSENT, "短信中心未能送达", "the message centre (SMSC) could not deliver")),
    (r"C[AB]:\d{4}", Meaning(CodeClass.GATEWAY, "业务控制点报错", "fault at the service control point (SCP)")),
    (r"D[AB]:\d{4}", Meaning(CodeClass.GATEWAY, "业务管理平台报错", "fault at the service platform (DSMP)")),
    (r"HTTP_\d{3}", Meaning(CodeClass.GATEWAY, "网关拒绝了整个请求", "the gateway declined the whole request")),
)

_ANSWERS = {code: each.meaning for codes in (YUNMAS, ALIYUN, CMPP) for code, each in codes.items()}
_LISTED = {**{code.upper(): meaning for code, meaning in (_ANSWERS | dict(ALIYUN_RECEIPTS)).items()}, **_WORDS}
_NONE = Meaning(CodeClass.GATEWAY, "网关未给出原因", "the gateway gave no reason")
_UNLISTED = Meaning(CodeClass.GATEWAY, "网关给出未登记的代码", "a code that is not in the table")


def classify(code: str | None) -> Meaning:
    """Return what a gateway's code means; a code that nobody has listed is the gateway's fault, and no error."""
    if not code:
        return _NONE
    word = code.strip().upper()
    by_family = (meaning for pattern, meaning in _FAMILIES if re.fullmatch(pattern, word))
    return _LISTED.get(word) or next(by_family, _UNLISTED)
