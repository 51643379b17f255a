from supervision.foundation.errors import Conflict, Invalid, Unauthenticated


class LockedOut(Unauthenticated):
    """Too many refused logins with this key from this address; the right one is let in nevertheless."""

    zh = "该密钥连续验证失败次数过多。请核对所配置的密钥，或联系系统管理员更换密钥。"
    en = "Too many failures with this key. Check the key that is configured, or ask your administrator for another."


class JurisdictionExists(Conflict):
    """Another jurisdiction of the installation has this code."""

    zh = "该行政区划代码已开户。"
    en = "A jurisdiction with this code was founded before."


class NotAJurisdictionCode(Invalid):
    """The code of a jurisdiction is no code of GB/T 2260."""

    zh = "行政区划代码有误。请按 GB/T 2260 填写六位数字。"
    en = "This is no code of a jurisdiction. Give the six digits of GB/T 2260."


class UnitNameTaken(Conflict):
    """Another unit of the jurisdiction has this name."""

    zh = "已有同名单位（空格、全半角、大小写不同视为同名）。请核对名称，或使用已有单位。"
    en = "Another unit has this name (blanks, width and capitals make no difference). Check it, or use that unit."


class OfficialAlreadyListed(Conflict):
    """The unit already lists an official of this name and post."""

    zh = (
        "该单位已登记同名同职务的人员（空格、全半角、大小写不同视为相同）。"
        "请使用已登记的人员；确系两人的，请在职务中注明区别。"
    )
    en = (
        "The unit already lists an official of this name and post (blanks, width and capitals make no difference). "
        "Use that one, or tell two people apart by their posts."
    )


class ClientNameTaken(Conflict):
    """Another client of the jurisdiction has this name."""

    zh = "已有同名接入方（空格、全半角、大小写不同视为同名）。请换一个名称。"
    en = "Another client has this name (blanks, width and capitals make no difference). Choose another."


class ClientIsDisabled(Conflict):
    """The client was disabled before."""

    zh = "该接入方已停用。如需恢复，请先启用。"
    en = "The client is disabled already. Enable it if it is to be let in again."


class ClientIsEnabled(Conflict):
    """The client is not disabled."""

    zh = "该接入方未停用，无需启用。"
    en = "The client is not disabled, so there is nothing to enable."


class OwnClient(Conflict):
    """Nobody disables the client with which they ask."""

    zh = "不能停用当前正在使用的接入方。请用另一个管理接入方操作。"
    en = "You cannot disable the client with which you ask. Do it with another administrator's client."


class KeyLivesTooLong(Invalid):
    """A key lives a year at most."""

    zh = "密钥有效期最长一年，最晚可填{last}。请缩短有效期，到期前另发新密钥。"
    en = "A key lives a year at most; {last} is the last day that is taken. Issue another before it ends."


class TooManyKeys(Conflict):
    """A client has two active keys already, which is what rotation needs."""

    zh = "该接入方已有两个有效密钥。请先吊销其中一个。"
    en = "The client has two active keys already. Revoke one first."


class KeyAlreadyRevoked(Conflict):
    """The key was revoked before."""

    zh = "该密钥已被吊销。"
    en = "The key was revoked before."


class UnknownUnit(Invalid):
    """No unit of the jurisdiction has this id."""

    zh = "没有找到所指的单位。请先登记单位，或核对编号。"
    en = "No such unit. Register the unit first, or check the id."


class UnknownOfficial(Invalid):
    """No official of the jurisdiction who is still in post has this id."""

    zh = "没有找到所指的在职人员。请先登记人员，或核对编号。"
    en = "No such official in post. Register the official first, or check the id."


class OfficialHasLeft(Conflict):
    """The official left before."""

    zh = "该人员已于{left_on}离任。"
    en = "This official left on {left_on}."


class DepartureNotYet(Invalid):
    """A departure is recorded when it has happened."""

    zh = "离任日期晚于今天（{today}）。请在离任当日或之后登记。"
    en = "The day of leaving lies after today ({today}). Record it on that day or later."


class NotAMobileNumber(Invalid):
    """The number is no Chinese mobile telephone number."""

    zh = "不是有效的手机号码。请填写 11 位大陆手机号码。"
    en = "Not a mobile number. Give a mainland Chinese mobile number of 11 digits."


class RoleNeedsUnit(Invalid):
    """A client of role unit names its unit, and no other role does."""

    zh = "角色为 unit 的接入方必须指定单位，其他角色不得指定单位。"
    en = "A client of role unit must name its unit; no other role may."


class ScopeBeyondRole(Invalid):
    """A key may not carry a scope that its client's role cannot use."""

    zh = "密钥范围超出接入方角色的权限。"
    en = "The key asks for a scope that the client's role cannot use."


class ClockNotHoldable(Conflict):
    """Only a demonstration or test jurisdiction may hold its clock."""

    zh = "正式运行的行政区划不能拨动时钟，仅演示或测试区划可以。"
    en = "A live jurisdiction's clock cannot be held; only a demonstration's or a test's can."
