"""Which carrier (运营商) a mobile number was given out by, as far as its first three digits (号段) tell."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Carrier(StrEnum):
    MOBILE = "mobile"  # 中国移动
    UNICOM = "unicom"  # 中国联通
    TELECOM = "telecom"  # 中国电信
    BROADNET = "broadnet"  # 中国广电


# As the ministry gave them out (工业和信息化部, 我国公众移动通信网网号及H0分配情况, March 2023). The fourth digit
# decides in 170, which is shared by three carriers, and in 174, which is of satellites: both are nobody's here. 1349 is
# of satellites too, and passes for 移动 like the rest of 134.
_PREFIXES = {
    Carrier.MOBILE: "134 135 136 137 138 139 147 148 150 151 152 157 158 159 165 172 178 182 183 184 187 188 195 197 "
    "198",
    Carrier.UNICOM: "130 131 132 145 146 155 156 166 167 171 175 176 185 186 196",
    Carrier.TELECOM: "133 149 153 162 173 177 180 181 189 190 191 193 199",
    Carrier.BROADNET: "192",
}
CARRIER_OF: Mapping[str, Carrier] = MappingProxyType(
    {prefix: carrier for carrier, prefixes in _PREFIXES.items() for prefix in prefixes.split()}
)

# How people write them in the settings.
WORDS: Mapping[str, Carrier] = MappingProxyType(
    {
        **{carrier.value: carrier for carrier in Carrier},
        "移动": Carrier.MOBILE,
        "联通": Carrier.UNICOM,
        "电信": Carrier.TELECOM,
        "广电": Carrier.BROADNET,
    }
)
