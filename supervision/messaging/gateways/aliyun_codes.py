"""What 阿里云短信服务 answers to a submission (`Code`), and what its receipts give as a reason (`err_code`)."""

from collections.abc import Mapping
from types import MappingProxyType

from supervision.messaging.gateways import Verdict
from supervision.messaging.gateways.code_meanings import AnswerCode, CodeClass, Meaning
from supervision.messaging.gateways.code_meanings import answer_code as _code

_V, _C = Verdict, CodeClass
# As of `yunmas`: what only the account's owner can put right waits for it, and nothing was taken meanwhile.
ALIYUN: Mapping[str, AnswerCode] = MappingProxyType(
    {
        "OK": _code(_V.ACCEPTED, _C.OK, "平台已接收", "accepted by the platform"),
        "isv.MOBILE_NUMBER_ILLEGAL": _code(_V.REFUSED, _C.INVALID, "手机号码格式错误", "no telephone number"),
        "isv.BUSINESS_LIMIT_CONTROL": _code(
            _V.UNREACHABLE, _C.THROTTLED, "同一号码发送过于频繁", "too many messages to this number of late"
        ),
        "isv.MOBILE_COUNT_OVER_LIMIT": _code(
            _V.REFUSED, _C.GATEWAY, "一次提交的号码超过上限", "too many numbers in one call"
        ),
        "isv.DAY_LIMIT_CONTROL": _code(_V.UNREACHABLE, _C.THROTTLED, "触发日发送限额", "the day's limit is reached"),
        "isv.MONTH_LIMIT_CONTROL": _code(
            _V.UNREACHABLE, _C.THROTTLED, "触发月发送限额", "the month's limit is reached"
        ),
        "isv.OUT_OF_SERVICE": _code(_V.UNREACHABLE, _C.GATEWAY, "业务停机，请充值", "the service is suspended"),
        "isv.AMOUNT_NOT_ENOUGH": _code(_V.UNREACHABLE, _C.GATEWAY, "账户余额不足", "the account's balance is too low"),
        "isv.PRODUCT_UN_SUBSCRIPT": _code(
            _V.UNREACHABLE, _C.GATEWAY, "未开通短信服务", "the account has no SMS service"
        ),
        "isv.PRODUCT_UNSUBSCRIBE": _code(
            _V.UNREACHABLE, _C.GATEWAY, "短信产品未开通", "the account has no SMS service"
        ),
        "isv.ACCOUNT_NOT_EXISTS": _code(_V.UNREACHABLE, _C.GATEWAY, "账户不存在", "there is no such account"),
        "isv.ACCOUNT_ABNORMAL": _code(_V.UNREACHABLE, _C.GATEWAY, "账户异常", "the account is blocked"),
        "isv.DENY_IP_RANGE": _code(
            _V.UNREACHABLE, _C.GATEWAY, "源 IP 所在地区被禁用", "this address's region is denied"
        ),
        "isp.RAM_PERMISSION_DENY": _code(
            _V.UNREACHABLE, _C.GATEWAY, "RAM 权限不足", "the key may not send (RAM permission)"
        ),
        "Forbidden.RAM": _code(_V.UNREACHABLE, _C.GATEWAY, "RAM 权限不足", "the key may not send (RAM permission)"),
        "InvalidAccessKeyId.NotFound": _code(
            _V.UNREACHABLE, _C.GATEWAY, "AccessKey ID 有误", "the AccessKey ID is unknown"
        ),
        "SignatureDoesNotMatch": _code(
            _V.UNREACHABLE, _C.GATEWAY, "AccessKey Secret 有误", "the AccessKey secret is wrong"
        ),
        "InvalidTimeStamp.Expired": _code(
            _V.UNREACHABLE, _C.GATEWAY, "本机时钟偏差过大", "this machine's clock is off by more than 15 minutes"
        ),
        "isv.SMS_SIGNATURE_ILLEGAL": _code(
            _V.UNREACHABLE, _C.UNREGISTERED, "账户下无此签名或未通过审核", "the account has no such signature"
        ),
        "isv.SMS_SIGN_ILLEGAL": _code(_V.UNREACHABLE, _C.UNREGISTERED, "签名禁止使用", "the signature is forbidden"),
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL": _code(
            _V.REFUSED, _C.UNREGISTERED, "签名和模板类型不一致", "signature and template are of different kinds"
        ),
        "isv.SMS_TEMPLATE_ILLEGAL": _code(
            _V.REFUSED, _C.UNREGISTERED, "账户下无此模板或未通过审核", "the account has no such template"
        ),
        "isv.TEMPLATE_MISSING_PARAMETERS": _code(
            _V.REFUSED, _C.UNREGISTERED, "模板变量未全部赋值", "a variable of the template has no value"
        ),
        "isv.TEMPLATE_PARAMS_ILLEGAL": _code(
            _V.REFUSED, _C.UNREGISTERED, "变量内容与模板规定的属性不符", "a variable is not what the template allows"
        ),
        "isv.PARAM_LENGTH_LIMIT": _code(_V.REFUSED, _C.UNREGISTERED, "变量超出长度限制", "a variable is too long"),
        "isv.INVALID_PARAMETERS": _code(_V.REFUSED, _C.GATEWAY, "参数格式不正确", "a parameter is wrong"),
        "isv.INVALID_JSON_PARAM": _code(_V.REFUSED, _C.GATEWAY, "变量不是合法的 JSON", "the variables are no JSON"),
        "isv.BLACK_KEY_CONTROL_LIMIT": _code(_V.REFUSED, _C.BLOCKED, "含黑名单关键字", "a keyword is black-listed"),
        "isv.SMS_CONTENT_ILLEGAL": _code(_V.REFUSED, _C.BLOCKED, "内容含禁止发送的内容", "forbidden content"),
        "isv.PARAM_NOT_SUPPORT_URL": _code(_V.REFUSED, _C.BLOCKED, "变量中不得有网址", "a variable holds a link"),
        "isv.UNSUPPORTED_CONTENT": _code(
            _V.REFUSED, _C.BLOCKED, "含不支持的字符（如表情符号）", "characters that are not taken, such as emoji"
        ),
        "Throttling": _code(_V.THROTTLED, _C.THROTTLED, "接口限流", "flow control"),
        "Throttling.User": _code(_V.THROTTLED, _C.THROTTLED, "账户接口限流", "flow control of the account"),
        "isp.SYSTEM_ERROR": _code(_V.UNKNOWN, _C.GATEWAY, "平台系统错误，是否接收不明", "an error within the platform"),
        "InternalError": _code(_V.UNKNOWN, _C.GATEWAY, "平台内部错误，是否接收不明", "an error within the platform"),
        # Ours, for a text that none of the registered templates makes.
        "NO_TEMPLATE": _code(
            _V.REFUSED, _C.UNREGISTERED, "没有与正文相符的已报备模板", "no registered template makes this text"
        ),
    }
)

ALIYUN_RECEIPTS: Mapping[str, Meaning] = MappingProxyType(
    {
        "DELIVERED": Meaning(_C.OK, "短信已送达", "delivered to the handset"),
        "MOBILE_NOT_ON_SERVICE": Meaning(
            _C.INVALID, "停机、空号、暂停服务、关机或不在服务区", "out of service, no such number, or switched off"
        ),
        "INVALID_NUMBER": Meaning(_C.INVALID, "号码不合法或状态异常", "no such number, or out of service"),
        "MOBILE_ACCOUNT_ABNORMAL": Meaning(
            _C.INVALID, "用户账户异常、携号转网或欠费", "the subscriber's account is blocked, ported, or in debt"
        ),
        "MOBLLE_TERMINAL_ERROR": Meaning(_C.ABSENT, "手机终端问题，如内存已满", "a fault of the handset"),
        "REQUEST_SUCCESS": Meaning(_C.ABSENT, "请求成功，但未收到运营商回执", "no word from the carrier"),
        "MOBILE_SEND_LIMIT": Meaning(_C.THROTTLED, "该号码发送超过上限", "too many messages to this number"),
        "MOBILE_IN_BLACK": Meaning(_C.BLOCKED, "号码在黑名单中，通常为已退订", "black-listed, mostly unsubscribed"),
        "USER_REJECT": Meaning(_C.BLOCKED, "用户已退订", "unsubscribed"),
        "CONTENT_KEYWORD": Meaning(_C.BLOCKED, "运营商关键字拦截", "a keyword that the carrier blocks"),
        "SIGNATURE_BLACKLIST": Meaning(_C.UNREGISTERED, "签名在黑名单中", "the signature is black-listed"),
        "SP_UNKNOWN_ERROR": Meaning(_C.GATEWAY, "运营商未知错误", "an error that the carrier did not name"),
        "NO_ROUTE": Meaning(_C.GATEWAY, "无可用通道", "no route"),
        "IS_CLOSE": Meaning(_C.GATEWAY, "通道被关停", "the route is closed"),
    }
)
