"""What reporters say: sentences from templates of our own, or subjects and texts of a JSON Lines file that is named."""

import json
import random
import re
from collections.abc import Callable
from pathlib import Path

Words = Callable[[random.Random], tuple[str, str]]
"""Gives a subject and a text."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚桂英华玉兰红建国志文斌鑫宇浩晨欣怡佳"
_AFFAIRS = (
    "社保转移",
    "房产过户",
    "营业执照变更",
    "食品经营许可",
    "残疾人补贴",
    "公积金提取",
    "居住证续签",
    "新生儿落户",
    "老年综合津贴",
)
_WHERE = (
    "在镇上的服务中心",
    "在区里的大厅",
    "在网上",
    "在自助机上",
    "在随申办里",
    "在窗口",
)
_WHAT = (
    "提交了三次材料都没有受理",
    "一直显示审核中",
    "被告知系统里查不到记录",
    "说要去另一个部门开证明",
    "跑了两趟还是没有办成",
    "等了两个小时没有人叫号",
)
_WISH = (
    "请帮忙看看卡在哪里。",
    "希望有人能告诉我到底缺什么。",
    "能不能不要让我再跑一趟？",
    "请给一个明确的答复。",
    "家里有老人，实在跑不动了。",
)


def own(dice: random.Random) -> tuple[str, str]:
    """A subject and a text from our templates."""
    affair = dice.choice(_AFFAIRS)
    told = (f"我{dice.choice(_WHERE)}办{affair}，{dice.choice(_WHAT)}。" for _ in range(dice.randint(1, 4)))
    return f"{affair}办不成", "".join(told) + dice.choice(_WISH)


def of_file(path: Path) -> Words:
    """Subjects and texts drawn from the lines of a file."""
    with path.open(encoding="utf-8") as lines:
        said = [_said(json.loads(line)) for line in lines]
    usable = [one for one in said if all(one)]
    return lambda dice: dice.choice(usable)


def name(dice: random.Random) -> str:
    """Somebody's name."""
    return dice.choice(_SURNAMES) + "".join(dice.choices(_GIVEN, k=dice.randint(1, 2)))


def _said(line: dict[str, str]) -> tuple[str, str]:
    subject, text = (_CONTROL.sub("", line.get(field) or "").strip() for field in ("subject", "text"))
    return subject[:200].strip(), text[:10_000].strip()
