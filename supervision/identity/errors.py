from supervision.foundation.errors import (
    AnotherPersonNeeded,
    Conflict,
    DayInFuture,
    Forbidden,
    Invalid,
    Unauthenticated,
)


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


class DepartureNotYet(DayInFuture):
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


class ClockNotHoldable(Conflict):
    """Only a demonstration or test jurisdiction may hold its clock."""

    zh = "正式运行的行政区划不能拨动时钟，仅演示或测试区划可以。"
    en = "A live jurisdiction's clock cannot be held; only a demonstration's or a test's can."


class InvalidToken(Unauthenticated):
    """The token is none of a provider that is trusted here, is over, or belongs to nobody who is known here."""

    zh = "登录凭证无效或已过期。请重新登录；仍不能使用的，请联系安全管理员核对人员关联。"
    en = "The token is not valid here or has expired. Sign in again; if that does not help, ask the administrator."


class InsufficientUserAuthentication(Unauthenticated):
    """The step asks for a recent sign-in with a second factor (RFC 9470)."""

    zh = "此操作须在{minutes}分钟内重新登录并通过第二种验证方式。请重新登录后再试。"
    en = (
        "This step asks for a sign-in within {minutes} minutes and with a second factor. Sign in again, then repeat it."
    )


class PersonNeeded(Forbidden):
    """A key cannot take a step for which a person answers."""

    zh = "此操作须由本人登录后办理，不能以接入方密钥代办。"
    en = "A person must take this step: sign in and send that person's token, not a key."


class NoAppointment(Forbidden):
    """Nobody has given this person a role that is in force."""

    zh = "您目前没有生效的角色任命。请联系安全管理员。"
    en = "You hold no role at present. Ask the security administrator for an appointment."


class ChooseAppointment(Invalid):
    """The person acts for several units, and only the person knows for which one now."""

    zh = "您同时代表多个单位。请在 Ducha-Acting-As 头中注明所用的任命编号（见 /v1/me）。"
    en = "You act for several units. Name the appointment in the Ducha-Acting-As header; /v1/me lists them."


class RolesExcludeEachOther(Conflict):
    """Who keeps the system, its security or its audit has no other role (identity.md, "Appointments")."""

    zh = "角色 {role} 与 {other} 不得由同一人担任。请先结束原任命，或另选人员。"
    en = "One person may not hold {role} and {other}. End the other appointment first, or choose somebody else."


class AppointmentExists(Conflict):
    """The official has this role already, or it waits for approval."""

    zh = "该人员已有相同角色的任命（含待批准的）。"
    en = "The official has this appointment already, or it waits for approval."


class AppointmentNotWaiting(Conflict):
    """Only what was granted and not yet decided is approved or refused."""

    zh = "该任命不在待批准状态。"
    en = "This appointment does not wait for approval."


class AlreadyEnded(Conflict):
    """What was refused or ended before is not ended again."""

    zh = "该任命或登录关联已结束。"
    en = "This appointment or link is over."


class AppointmentDaysReversed(Invalid):
    """An appointment ends after it begins."""

    zh = "任命截止日不能早于起始日。"
    en = "An appointment cannot end before it begins."


class AppointmentNeedsUnit(Invalid):
    """The role of a unit is given for a unit, and no other role is."""

    zh = "角色为 unit 的任命必须指定单位，其他角色不得指定单位。"
    en = "An appointment of role unit names its unit; no other does."


class UnknownProvider(Invalid):
    """No identity provider of the jurisdiction has this id."""

    zh = "没有找到所指的身份提供方。"
    en = "No such identity provider."


class AlreadyLinked(Conflict):
    """The official, or the subject, is linked at this provider already."""

    zh = "该人员或该账号在此身份提供方已有关联（含待批准的）。请先结束原关联。"
    en = "The official or the account is linked at this provider already. End that link first."


class TokenClientTaken(Conflict):
    """Another front end of the jurisdiction is called so at the identity provider."""

    zh = "已有前端使用该 token_client。请核对身份提供方分配的编号。"
    en = "Another front end has this token_client already. Check the id that the identity provider gave."


class LinkNotWaiting(Conflict):
    """Only a link with its subject, and not approved yet, is approved."""

    zh = "该关联不在待批准状态，或邀请码尚未使用。"
    en = "This link does not wait for approval, or its invitation was not used yet."


class InvitationNotValid(Invalid):
    """An invitation code is used once, in time, at the provider that it was made for."""

    zh = "邀请码无效、已使用或已过期。请向安全管理员索取新的邀请码。"
    en = "The invitation is not valid, was used before, or has expired. Ask the administrator for another."


class ProviderExists(Conflict):
    """The issuer is trusted already, here or in another jurisdiction."""

    zh = "该身份提供方（issuer）已登记。"
    en = "This issuer is registered already."


class ProviderNotSafe(Invalid):
    """Addresses beyond this machine are https, and algorithms are those of private keys."""

    zh = "身份提供方的地址须为 https（本机除外），签名算法须为非对称算法。"
    en = "Give https addresses (this machine excepted) and algorithms of public and private keys."


class TestKeyChangesNothing(Forbidden):
    """A key for trying out reads a live county, and changes nothing in it."""

    __test__ = False
    zh = "测试密钥不能在正式运行的行政区划中办理业务，只能读取。请改用正式密钥。"
    en = "A test key changes nothing in a live county; it may only read. Use a live key."


class OwnUnit(Forbidden):
    """Nobody acts for the office, or judges, in a matter of their own unit."""

    zh = "此事涉及您本人所在单位，请由其他人员办理。"
    en = "This concerns the unit that you belong to; somebody else must take this step."


class CountyAsksForAnother(AnotherPersonNeeded):
    """The county asks for another person than the regulation does."""

    zh = "本县规定此步骤须由未办理前述步骤的另一人办理（见 /v1/two_person_steps）。"
    en = "This county asks for another person here than in the steps before; see /v1/two_person_steps."
