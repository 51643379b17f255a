"""What a gateway of CMPP 3.0 answers to a SUBMIT (Result) and to a CONNECT (Status)."""

from collections.abc import Mapping
from types import MappingProxyType

from supervision.messaging.gateways import Verdict
from supervision.messaging.gateways.code_meanings import AnswerCode, CodeClass
from supervision.messaging.gateways.code_meanings import answer_code as _code

_V, _C = Verdict, CodeClass
# Where the account is at fault nothing was taken, and each message would get the same answer: it waits until the
# office has put the account right.
CMPP: Mapping[str, AnswerCode] = MappingProxyType(
    {
        "CMPP_0": _code(_V.ACCEPTED, _C.OK, "网关已接收", "accepted by the gateway"),
        "CMPP_1": _code(_V.REFUSED, _C.GATEWAY, "消息结构错", "the frame's structure is wrong"),
        "CMPP_2": _code(_V.REFUSED, _C.GATEWAY, "命令字错", "the frame's command is wrong"),
        "CMPP_3": _code(_V.UNKNOWN, _C.GATEWAY, "消息序号重复，是否接收不明", "the frame's sequence came before"),
        "CMPP_4": _code(_V.REFUSED, _C.GATEWAY, "消息长度错", "the frame's length is wrong"),
        "CMPP_5": _code(_V.UNREACHABLE, _C.GATEWAY, "资费代码错，请与运营商核对", "the fee's code is wrong"),
        "CMPP_6": _code(_V.REFUSED, _C.GATEWAY, "超过最大信息长", "longer than the gateway takes"),
        "CMPP_7": _code(
            _V.UNREACHABLE, _C.GATEWAY, "业务代码错，请核对 Service_Id", "the service is wrong: check Service_Id"
        ),
        "CMPP_8": _code(_V.THROTTLED, _C.THROTTLED, "流量控制错", "flow control"),
        "CMPP_9": _code(
            _V.REFUSED, _C.INVALID, "本网关不负责服务此号码", "this gateway does not serve the number"
        ),
        "CMPP_10": _code(
            _V.UNREACHABLE, _C.GATEWAY, "接入码（Src_Id）错误", "the number to be shown (Src_Id) is wrong"
        ),
        "CMPP_11": _code(_V.UNREACHABLE, _C.GATEWAY, "企业代码（Msg_src）错误", "the provider's code is wrong"),
        "CMPP_12": _code(_V.UNREACHABLE, _C.GATEWAY, "计费号码错误", "the number that pays is wrong"),
        "CMPP_13": _code(_V.REFUSED, _C.INVALID, "接收号码错误", "no telephone number"),
        "CMPP_UNFIT": _code(_V.REFUSED, _C.GATEWAY, "内容超出协议字段的长度", "longer than a frame's field"),
        "CMPP_CONNECT_1": _code(_V.UNREACHABLE, _C.GATEWAY, "登录消息结构错", "the login's structure is wrong"),
        "CMPP_CONNECT_2": _code(
            _V.UNREACHABLE, _C.GATEWAY, "非法源地址，请核对企业代码和 IP 白名单", "wrong provider's code or address"
        ),
        "CMPP_CONNECT_3": _code(
            _V.UNREACHABLE, _C.GATEWAY, "登录认证错，请核对密码和服务器时间", "login refused: check secret and clock"
        ),
        "CMPP_CONNECT_4": _code(
            _V.UNREACHABLE, _C.GATEWAY, "网关不支持 CMPP 3.0", "the gateway does not speak CMPP 3.0"
        ),
        "CMPP_CONNECT_5": _code(
            _V.UNREACHABLE, _C.GATEWAY, "登录被拒，如连接数已满", "login refused, as when too many sessions are open"
        ),
    }
)  # fmt: skip
