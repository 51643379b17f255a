"""What 中国移动云MAS answers to a submission (`rspcod`), as its interface description names it."""

from collections.abc import Mapping
from types import MappingProxyType

from supervision.messaging.gateways import Verdict
from supervision.messaging.gateways.code_meanings import AnswerCode, CodeClass
from supervision.messaging.gateways.code_meanings import answer_code as _code

_V, _C = Verdict, CodeClass
# Where the account is at fault, nothing was taken and each message would get the same answer: it waits, as for a
# gateway that is away, until the office has put the account right. A platform that failed within itself, or waited
# too long for its own parts, may have taken the call all the same.
YUNMAS: Mapping[str, AnswerCode] = MappingProxyType(
    {
        "success": _code(_V.ACCEPTED, _C.OK, "平台已接收", "accepted by the platform"),
        "IllegalMac": _code(
            _V.UNREACHABLE, _C.GATEWAY, "mac 校验不通过，请核对接口密码", "mac refused: check secretKey"
        ),
        "InvalidUsrOrPwd": _code(
            _V.UNREACHABLE, _C.GATEWAY, "非法用户名或密码，请核对企业名称和接口账号", "wrong ecName, apId or secretKey"
        ),
        "IllegalIpAddress": _code(
            _V.UNREACHABLE, _C.GATEWAY, "本机 IP 不在平台白名单", "this address is not on the platform's white list"
        ),
        "NOT_WHITE_IP": _code(
            _V.UNREACHABLE, _C.GATEWAY, "本机 IP 不在平台白名单", "this address is not on the platform's white list"
        ),
        "IllegalSignId": _code(_V.UNREACHABLE, _C.UNREGISTERED, "无效的签名编码", "the code of the signature is wrong"),
        "NoSignId": _code(
            _V.UNREACHABLE, _C.UNREGISTERED, "未匹配到签名信息", "no signature belongs to the given code"
        ),
        "NotLoadedSign": _code(
            _V.UNREACHABLE, _C.UNREGISTERED, "签名尚未报备或加载", "the signature is not registered yet"
        ),
        "OverDailyMax": _code(
            _V.UNREACHABLE, _C.THROTTLED, "超过账号当日发送上限", "more than the account may send in a day"
        ),
        "IllegalUseTemplate": _code(
            _V.REFUSED, _C.UNREGISTERED, "模板使用不当或未报备", "the template is not registered, or misused"
        ),
        "InvalidMessage": _code(
            _V.REFUSED, _C.GATEWAY, "非法消息，平台无法解析请求", "the platform cannot read the request"
        ),
        "InvalidMobile": _code(_V.REFUSED, _C.INVALID, "手机号码格式错误", "no telephone number"),
        "TooManyMobiles": _code(_V.REFUSED, _C.GATEWAY, "一次提交的号码超过上限", "too many numbers in one call"),
        "SystemBusy": _code(_V.THROTTLED, _C.THROTTLED, "平台忙", "the platform is busy"),
        "QueueOverLimit": _code(_V.THROTTLED, _C.THROTTLED, "平台队列已满", "the platform's queue is full"),
        "FlowOverLimit": _code(_V.THROTTLED, _C.THROTTLED, "超过流量限制", "flow control"),
        "RequestTooOften": _code(_V.THROTTLED, _C.THROTTLED, "请求过于频繁", "too many requests"),
        "InternalError": _code(_V.UNKNOWN, _C.GATEWAY, "平台内部错误，是否接收不明", "an error within the platform"),
        "RequestTimeout": _code(_V.UNKNOWN, _C.GATEWAY, "平台处理超时，是否接收不明", "the platform took too long"),
    }
)
