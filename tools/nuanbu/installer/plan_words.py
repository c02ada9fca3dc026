"""What the firmware finds wrong with a weekly plan, exceptions or a time zone, in Chinese.

The firmware says it in English (heater.plan.check); a text nobody has put into Chinese is shown as
it is.
"""

import re

_TEXTS = (
    (r"time '(.*)': expected HH:MM", "时间 {0}：应写作 HH:MM"),
    (r"time '(.*)': must be 00:00 to 23:59", "时间 {0}：应为 00:00 至 23:59"),
    (r"date '(.*)': expected YYYY-MM-DD", "日期 {0}：应写作 年-月-日，如 2027-02-05"),
    (r"date '(.*)': year must be 2020 to 2099", "日期 {0}：年份应为 2020 至 2099"),
    (r"date '(.*)': no such day", "日期 {0} 不存在"),
    (r"day '(.*)': must be one of (.*)", "星期 {0}：应为 {1} 之一"),
    (r"days '(.*)': expected a day or a range of two", "星期 {0}：应为一天，或用横线连接的两天"),
    (r"preset '(.*)': must be one of (.*)", "预设 {0}：应为 {1} 之一"),
    (r"(.*): expected pairs of time and preset", "{0}：时间和预设应成对"),
    (r"(.*): (\d+) changes, at most (\d+)", "{0}：有 {1} 次变更，最多 {2} 次"),
    (r"(.*): (.*) is not after the change before it", "{0}：{1} 不晚于前一次变更"),
    (r"plan '(.*)': empty part between semicolons", "计划 {0}：分号之间为空"),
    (r"(.*): given twice", "{0}：重复"),
    (r"(.*): no change given, at least 1 a day", "{0}：没有变更，每天至少 1 次"),
    (r"'(.*)': expected YYYY-MM-DDTHH:MM", "{0}：应写作 年-月-日T时:分，如 2027-01-10T14:00"),
    (r"(\d+) exceptions, at most (\d+)", "有 {0} 个例外，最多 {1} 个"),
    (r"'(.*)': expected a date and what it is", "{0}：应为日期和内容"),
    (r"'(.*)': expected one date or two", "{0}：应为一个日期，或用 .. 连接的两个"),
    (r"'(.*)': ends before it begins", "{0}：结束早于开始"),
    (r"two exceptions for the same day", "同一天有两个例外"),
    (r"two exceptions for the same time", "同一时间有两个例外"),
    (r"time zone '(.*)': (.*) at character (\d+)", "时区 {0}：第 {2} 个字符处有误（{1}）"),
)


def chinese(text: str) -> str:
    """`text` of heater.plan.check without the setting's name, in Chinese."""
    for pattern, zh in _TEXTS:
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found:
            return zh.format(*found.groups())
    return text
