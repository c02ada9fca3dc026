"""What can go wrong at the cable: a code, its cause and the next step, in Chinese and English."""

from __future__ import annotations

import re

from nuanbu.errors import UserError
from nuanbu.installer import plan_words
from nuanbu.installer.reasons import LANGUAGES, why

OK, ERROR, USAGE, NO_DEVICE, REJECTED, MISMATCH, TEST_FAILED, AUTH, PARTIAL = range(9)
INTERRUPTED = 130

# code -> (exit code, (cause zh, cause en), (next step zh, next step en)); {x} are facts.
TROUBLES = {
    "no_device": (
        NO_DEVICE,
        ("没有找到取暖器的串口", "No serial port of a heater was found"),
        ("接好串口线，或用 --port 指定串口", "Plug the cable in, or name the port with --port"),
    ),
    "several_ports": (
        USAGE,
        ("有多个串口：{ports}", "There are several serial ports: {ports}"),
        ("用 --port 指定其中一个", "Choose one with --port"),
    ),
    "port_unusable": (
        NO_DEVICE,
        ("串口 {port} 无法打开：{why}", "Port {port} cannot be opened: {why}"),
        (
            "检查接线；关闭占用该串口的程序；没有权限时（Linux）加入 dialout 组后重新登录",
            "Check the cable; end other programs that use the port; where you have no right to it"
            " (Linux), join the group dialout and log in again",
        ),
    ),
    "no_answer": (
        NO_DEVICE,
        ("{port} 上的设备 {seconds} 秒内无应答", "Nothing on {port} answered within {seconds} s"),
        ("检查取暖器是否通电、串口是否正确", "See that it has power and the port is right"),
    ),
    "unplugged": (
        NO_DEVICE,
        ("与 {port} 的连接中断", "The connection to {port} was lost"),
        ("重新插好后再执行同一命令", "Plug it in again and repeat the same command"),
    ),
    "foreign": (
        NO_DEVICE,
        ("{port} 上的设备不是暖补取暖器", "The device on {port} is not a Nuanbu heater"),
        ("检查串口是否正确", "See whether this is the right port"),
    ),
    "not_measured": (
        REJECTED,
        ("取暖器此刻没有测量 {what}", "The heater does not measure {what} now"),
        ("用 nuanbu status 查看故障", "See `nuanbu status` for its faults"),
    ),
    "not_steady": (
        REJECTED,
        ("{what} 的读数不稳定", "The reading of {what} does not stand still"),
        ("等读数稳定后重试", "Wait until it does, then repeat"),
    ),
    "bad_image": (
        USAGE,
        (
            "{path} 不是 {chip} 的固件（其芯片：{found}）",
            "{path} is no image for {chip} (its chip: {found})",
        ),
        (
            "使用该芯片的 MicroPython 1.25 或更新版本的 .bin",
            "Take the .bin of MicroPython 1.25 or newer for this chip",
        ),
    ),
    "tool_failed": (
        ERROR,
        ("{tool} 失败，退出码 {code}", "{tool} failed with exit code {code}"),
        (
            "查看上面的信息；芯片无应答时按住 BOOT 再按 RESET",
            "See its message above; if the chip does not answer, hold BOOT and press RESET",
        ),
    ),
    "too_large": (
        ERROR,
        ("应用程序 {size} 字节，超过 {limit}", "The application has {size} bytes, {limit} fit"),
        ("未写入任何内容；请使用正式版本", "Nothing was written; take a released version"),
    ),
    "no_keys": (
        REJECTED,
        ("{path} 中没有设备 {serial} 的密钥", "{path} has no keys for heater {serial}"),
        (
            "核对设备编号，或先执行 nuanbu group device import",
            "Check the serial number, or run `nuanbu group device import` first",
        ),
    ),
    "bad_choice": (
        USAGE,
        ("{option}：没有 {value}", "{option}: there is no {value}"),
        ("可选：{allowed}", "Choose from: {allowed}"),
    ),
    "rejected": (
        REJECTED,
        ("取暖器拒绝：{why}", "The heater refused: {why}"),
        ("{step}", "{step}"),
    ),
    "wrong_device": (
        REJECTED,
        (
            "{port} 上的设备编号是 {found}，不是 {wanted}",
            "The heater on {port} is {found}, not {wanted}",
        ),
        ("接到正确的取暖器", "Connect the right heater"),
    ),
    "unconfirmed": (
        REJECTED,
        ("此操作需要确认", "This has to be confirmed"),
        ("加 --yes 再执行", "Repeat it with --yes"),
    ),
    "mismatch": (
        MISMATCH,
        ("回读不一致：{names}", "Read-back differs: {names}"),
        ("再执行一次；仍不一致请联系售后", "Repeat it; if it differs again, call the service"),
    ),
    "login_needed": (
        AUTH,
        ("{what} 需要权限：{role}", "{what} needs the role {role}"),
        ("先执行 nuanbu unlock", "Run `nuanbu unlock` first"),
    ),
    "login_failed": (
        AUTH,
        ("密码不正确", "The password is wrong"),
        ("核对密码后重试", "Check the password and try again"),
    ),
    "login_wait": (
        AUTH,
        ("密码错误次数过多，需等待 {seconds} 秒", "Too many wrong passwords: wait {seconds} s"),
        ("等待后重试", "Try again after that"),
    ),
    "bad_file": (
        USAGE,
        ("文件 {path} 不可用：{why}", "File {path} cannot be used: {why}"),
        ("改正文件后重试", "Correct the file and try again"),
    ),
    "bad_pair": (
        USAGE,
        ("{text} 不是 名称=数值 的形式", "{text} is not of the form name=value"),
        (
            "例如 control.setpoint_mdeg=21000",
            "Write it like control.setpoint_mdeg=21000",
        ),
    ),
    "unknown_setting": (
        USAGE,
        ("没有设置项 {name}", "There is no setting {name}"),
        ("用 nuanbu cfg get 查看全部", "See them all with `nuanbu cfg get`"),
    ),
    "bad_value": (
        USAGE,
        ("{name} 不能是 {value}", "{name} cannot be {value}"),
        ("允许：{kind}", "Allowed: {kind}"),
    ),
    "bad_hour": (
        USAGE,
        ("{given} 不是一个时刻", "{given} is no time"),
        ('例如 "2027-01-20 03:00"', 'Write it like "2027-01-20 03:00"'),
    ),
    "test_failed": (
        TEST_FAILED,
        ("自检未通过：{names}", "The self-test failed: {names}"),
        ("排除原因后重新自检", "Remove the cause, then test again"),
    ),
    "batch_partial": (
        PARTIAL,
        ("{all} 台中有 {failed} 台失败", "{failed} of {all} heaters failed"),
        ("排除原因后再执行同一命令", "Remove the causes and repeat the same command"),
    ),
}  # fmt: skip

# Why the firmware refuses a setting: its codes, in words. REFUSALS of heater.record.messages.
WHY = {
    "unknown": ("没有这个设置项", "there is no such setting"),
    "role": ("权限不足", "this role may not change it"),
    "type": ("数值类型不对", "a value of this type does not fit"),
    "range": ("超出允许范围", "outside the bounds in force"),
    "word": ("不是允许的选项", "not one of the words allowed"),
    "length": ("文字长度不符（按字节计，汉字占 3 字节）", "too long or too short, in bytes"),
    "text": ("含有不允许的字符", "contains characters that are not allowed"),
    "form": ("格式无法解析", "not of the form this setting has"),
    "crossed": ("上下限互相矛盾", "the lowest value would be above the highest"),
    "nothing": ("没有待提交的更改", "nothing is staged or on trial"),
    "pending": ("已有更改在试用中", "another change is on trial"),
    "confirm_s": ("确认时间超出范围", "the time to confirm is out of bounds"),
    "storage": ("存储写入失败", "the flash did not take the change"),
}


# And what to do about it, in Chinese; the firmware itself says it in English.
STEPS_ZH = {
    "unknown": "用 nuanbu cfg get 查看全部设置项",
    "role": "先执行 nuanbu unlock",
    "type": "按该设置项的类型重新输入",
    "range": "在允许范围内重新选择",
    "word": "选择列出的选项之一",
    "length": "调整文字长度",
    "text": "去掉控制字符",
    "form": "按 docs/plan.md 的格式书写",
    "crossed": "在允许范围内重新选择",
    "nothing": "先设置再提交",
    "pending": "先确认或撤销正在试用的更改",
    "confirm_s": "在允许范围内重新选择",
    "storage": "联系售后",
}


def chinese(text: str, why: str) -> str:
    """A refusal of the firmware in Chinese: name, value, reason, and what is allowed."""
    reason = WHY[why][LANGUAGES.index("zh")]
    asked, _, said = text.partition(": ")
    allowed = re.search(r"\(allowed: (.*)\)$", text)
    if allowed:
        return f"{asked}：{reason}（允许：{allowed[1].replace(' to ', ' 至 ')}）"
    if why == "form":
        return f"{asked}：{reason}（{plan_words.chinese(said)}）"
    return f"{asked}：{reason}" if said else reason


class Trouble(UserError):
    """One row of TROUBLES with its facts, in one language; an exception is told in words."""

    def __init__(self, trouble: str, language: str = "en", **facts: object):
        code, cause, step = TROUBLES[trouble]
        at = LANGUAGES.index(language)
        facts = {k: why(v, language) if isinstance(v, Exception) else v for k, v in facts.items()}
        self.cause = cause[at].format(**facts)
        super().__init__(f"{trouble}: {self.cause}", step[at].format(**facts), code)
        self.trouble = trouble
        self.language = language
        self.facts = facts

    def told(self) -> dict:
        """For --json."""
        facts = {name: str(value) for name, value in self.facts.items()}
        return {"error": self.trouble, "cause": self.cause, "next": self.hint, "facts": facts}
