from itertools import combinations, product

import pytest

from supervision.items import rules
from supervision.items.errors import ClassifiedMatter
from supervision.notices import rules as notices
from supervision.notices.errors import ChainMalformed
from supervision.notices.states import NOTICE_FOLLOWS, NoticeState

STEPS = [NoticeState.CHECKED, NoticeState.COUNTERSIGNED, NoticeState.ISSUED]
CHAINS = [chain for size in (1, 2, 3) for chain in combinations(STEPS, size) if chain[-1] is NoticeState.ISSUED]


@pytest.mark.parametrize(
    "text",
    [
        "绝密",
        "县委办〔2016〕机密3号",
        "秘密★10年",
        "【机　密】关于某事的报告",
        "秘\u200b密件",
        "绝\ufe0f密",
        "机\u3164密文件",
        "秘\U000e0100密",
        "秘\u034f密",
        "绝\u2800密",
        "机 密",
        "本件属国家秘密",
        "工作秘密和秘密",
    ],
)
def test_what_is_marked_as_classified_is_refused(text: str) -> None:
    with pytest.raises(ClassifiedMatter):
        rules.check_unclassified(None, "无关", text)


@pytest.mark.parametrize("text", ["", "工作秘密", "商业秘密", "请更换手机密码", "密切配合", "保密工作", "秘书密切联系"])
def test_what_only_sounds_like_it_is_not(text: str) -> None:
    rules.check_unclassified(text, None)


@pytest.mark.parametrize("chain", CHAINS, ids="-".join)
def test_a_chain_in_order_that_ends_with_the_issue_stands(chain: tuple[NoticeState, ...]) -> None:
    notices.check_chain(chain)
    seen = [NoticeState.DRAFTED]
    while (step := notices.following(chain, seen[-1])) is not None:
        assert step in NOTICE_FOLLOWS[seen[-1]]
        seen.append(step)
    assert seen[1:] == list(chain)


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_every_other_chain_is_refused(size: int) -> None:
    for chain in product(NoticeState, repeat=size):
        if chain not in CHAINS:
            with pytest.raises(ChainMalformed):
                notices.check_chain(chain)
