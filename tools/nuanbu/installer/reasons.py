"""Why a file or a port is of no use, in Chinese and English: the `why` of a Trouble."""

from __future__ import annotations

import errno
import json
import re

LANGUAGES = ("zh", "en")  # in the order in which every table of words has them

REASONS = {
    # --- of the operating system
    "missing": ("不存在", "it does not exist"),
    "rights": ("没有权限", "you have no right to it"),
    "in_use": ("正被其他程序使用", "another program uses it"),
    "folder": ("是文件夹", "it is a folder"),
    "full": ("磁盘已满", "the disk is full"),
    "read_only": ("磁盘只读", "the disk can only be read"),
    "gone": ("设备已拔出", "the device is not there any more"),
    "no_port": ("不是串口", "it is no serial port"),
    "refused": ("对方拒绝连接", "the other side refuses the connection"),
    "unreachable": ("网络不通", "there is no way to that address"),
    "unknown_name": ("找不到该主机", "no host of this name"),
    "other": ("{text}", "{text}"),
    # --- of a file's content
    "utf8": ("不是 UTF-8 文本", "it is no UTF-8 text"),
    "json": (
        "第 {line} 行第 {column} 列不是有效的 JSON",
        "line {line}, column {column} is no JSON",
    ),
    "no_object": ("不是 JSON 对象", "it is no JSON object"),
    "csv": ("第 {line} 行不是有效的 CSV", "line {line} is no CSV"),
    "no_column": ("缺少列 {name}", "the column {name} is missing"),
    "line": ("第 {line} 行有误", "line {line} is wrong"),
    "twice": ("{name} {value} 出现两次", "{name} {value} stands there twice"),
    "hex": ("不是十六进制", "it is not hexadecimal"),
    "key_bytes": (
        "密钥为 {found} 字节，应为 {wanted} 字节",
        "the key has {found} bytes instead of {wanted}",
    ),
    # --- of a profile of limits
    "no_lines": ("没有 lines 对象", "it has no object lines"),
    "no_field": ("缺少 {name}", "{name} is missing"),
    "two_texts": ("{name} 应为文字或 [中文, 英文]", "{name} must be a text, or [zh, en]"),
    "no_limit": ("这些项目没有限值：{names}", "lines without a limit: {names}"),
    "no_line": ("没有项目 {name}", "there is no line {name}"),
    "fields": ("{name} 的字段应为 {names}", "the fields of {name} are {names}"),
    "unit": ("{name} 的单位应为 {unit}", "the unit of {name} is {unit}"),
    "bounds": ("{name} 的 min 或 max 应为数值", "min or max of {name} must be numbers"),
    "per_kw": (
        "{name} 的 per_kw 须与 max 和 highest 同用",
        "per_kw of {name} goes with max and highest",
    ),
    "no_profile": ("不存在；自带的有：{names}", "it does not exist; supplied are: {names}"),
}

_OF_ERRNO = {
    errno.ENOENT: "missing",
    errno.EACCES: "rights",
    errno.EPERM: "rights",
    errno.EBUSY: "in_use",
    errno.EAGAIN: "in_use",
    errno.EISDIR: "folder",
    errno.ENOSPC: "full",
    errno.EROFS: "read_only",
    errno.ENODEV: "gone",
    errno.ENXIO: "gone",
    errno.EIO: "gone",
    errno.ENOTTY: "no_port",
    errno.EINVAL: "no_port",
    errno.ECONNREFUSED: "refused",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.ETIMEDOUT: "unreachable",
}
# pyserial hides the number of some errors in its words.
_OF_WORDS = (
    (r"exclusively lock", "in_use"),
    (r"Connection refused", "refused"),
    (r"Name or service|getaddrinfo|nodename", "unknown_name"),
    (r"FileNotFoundError", "missing"),
    (r"PermissionError", "rights"),
)


def reason(key: str, language: str, **facts: object) -> str:
    """One row of REASONS with its facts."""
    return REASONS[key][LANGUAGES.index(language)].format(**facts)


def why(error: Exception, language: str) -> str:
    """What an exception of file, port or parser means; one line."""
    if isinstance(error, json.JSONDecodeError):
        return reason("json", language, line=error.lineno, column=error.colno)
    if isinstance(error, UnicodeError):
        return reason("utf8", language)
    text = str(error)
    key = _OF_ERRNO.get(getattr(error, "errno", None) or 0)
    key = key or next((key for words, key in _OF_WORDS if re.search(words, text)), None)
    if key:
        return reason(key, language)
    return reason("other", language, text=(text.splitlines() or [type(error).__name__])[0])
