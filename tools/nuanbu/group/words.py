"""Every text that the group's pages and its live view show, (English, Chinese)."""

from __future__ import annotations

from nuanbu.errors import UserError

LANGUAGES = ("en", "zh")

LEDGER = {
    "title": ("Ledger of the heaters' lives", "设备运行台账"),
    "of": ("Of", "对象"),
    "all": ("all devices", "全部设备"),
    "number": ("Row", "序号"),
    "time": ("Time (UTC)", "时间（UTC）"),
    "subject": ("Device or node", "设备或节点"),
    "event": ("Event", "事件"),
    "facts": ("Facts", "内容"),
    "hash": ("Hash", "校验"),
    "newest": ("Newest row of the whole ledger", "台账最新一行"),
    "note": (
        "Each row carries the SHA-256 of the row before and itself. The file beside this one"
        " holds the signature; `nuanbu group ledger verify` checks both.",
        "每一行都含有上一行与本行的 SHA-256 校验。旁边的文件是签名，"
        "用 `nuanbu group ledger verify` 核对两者。",
    ),
    "registered": ("registered", "登记"),
    "commissioned": ("commissioned", "安装检验"),
    "calibration": ("calibration", "校准"),
    "repair": ("repair", "维修"),
    "inspection": ("inspection", "巡检"),
    "remark": ("remark", "备注"),
    "fault": ("fault", "故障"),
    "energy": ("energy", "电量"),
    "firmware": ("firmware", "固件"),
    "retired": ("retired", "退役"),
    "limit": ("limit", "限值"),
    "replaced": ("tree replaced", "更换网络树"),
    "retention": ("retention", "保存期限"),
}


def words(table: dict[str, tuple[str, str]], lang: str) -> dict[str, str]:
    """The texts of a table in one language. UserError: no such language."""
    if lang not in LANGUAGES:
        raise UserError(f"language {lang!r} (allowed: {', '.join(LANGUAGES)})")
    at = LANGUAGES.index(lang)
    return {name: texts[at] for name, texts in table.items()}
