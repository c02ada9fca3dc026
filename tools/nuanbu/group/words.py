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

LEVEL = {
    "household": ("household", "户"),
    "unit": ("unit", "单元"),
    "building": ("building", "楼"),
    "district": ("district", "小区"),
}
LEASE = {
    "init": ("starting", "启动中"),
    "limited": ("limited", "受限"),
    "unlimited": ("free", "不受限"),
    "failsafe": ("fail-safe", "故障安全"),
    "autonomous": ("alone", "自主"),
}
VIEW = {
    "simulated": ("what heaters report", "按设备上报显示"),
    "epoch": ("epoch", "代次"),
    "ago": ("{s} s ago", "{s} 秒前"),
    "silent": (
        "the server has been silent for {s} s; heaters go to their fail-safe limits",
        "服务器已 {s} 秒无数据，设备将转入故障安全限值",
    ),
    "no_broker": ("no connection to the broker", "未连接消息服务器"),
    "refused": ("messages refused", "拒收消息"),
    "node": ("Node", "节点"),
    "limit": ("Limit", "限值"),
    "granted": ("Granted", "已分配"),
    "worst": ("At most", "最大可能"),
    "power": ("Reported", "上报功率"),
    "meter": ("Meter", "电表"),
    "use": ("Granted of the limit", "分配占限值"),
    "use_short": ("Share", "占比"),
    "coldest": ("Coldest", "最冷"),
    "reached": ("Reached", "在线"),
    "short": ("cannot be held now", "当前无法保证"),
    "heater": ("Coldest heaters", "最冷的设备"),
    "household": ("Household", "住户"),
    "room": ("Room", "室温"),
    "setpoint": ("Set", "设定"),
    "missing": ("Missing", "欠温"),
    "demand": ("Wants", "需求"),
    "lease": ("State", "状态"),
    "cause": ("Limited by", "限制来自"),
    "vulnerable": ("weight {w:g}", "权重 {w:g}"),
    "faults": ("Faults", "故障"),
    "unheard": ("no contact", "无联系"),
    "quit": ("Ctrl-C ends", "按 Ctrl-C 退出"),
    "more": ("{n} more nodes", "另有 {n} 个节点"),
}

REPORT = {
    "title": ("Group control of district", "群控报告："),
    "source": (
        "from the server's journal; power is what heaters report",
        "数据来自服务器日志，功率为设备上报值",
    ),
    "epochs": ("server epochs", "服务器代次"),
    "broken": (
        "parts of the journal were changed after they were written",
        "日志中被改动过的部分",
    ),
    "feeder": ("The feeder against its limit", "馈线功率与限值"),
    "limit": ("limit", "限值"),
    "granted": ("granted", "已分配"),
    "power": ("reported power", "上报功率"),
    "meter": ("feeder meter", "馈线电表"),
    "rooms": ("Rooms: set-point less temperature, K", "室温：设定减实测，K"),
    "coldest": ("coldest room", "最冷房间"),
    "most": ("95 of 100 are better", "95% 的房间优于此"),
    "middle": ("middle room", "中位房间"),
    "buildings": ("Buildings, the fullest first", "各楼，负荷最满者在前"),
    "nodes": ("Nodes", "节点"),
    "node": ("Node", "节点"),
    "heaters": ("heaters", "设备数"),
    "used": ("granted of it", "分配比例"),
    "peak": ("peak of it", "峰值比例"),
    "over": ("s above 102 %", "超过 102% 秒数"),
    "who": ("Who was limited, and why", "谁受限，因为什么"),
    "who_note": (
        "Coldest first. How long a heater wanted more than it was granted, by the node whose"
        " limit held it.",
        "最冷者在前。设备需求超过分配的时长，按起限制作用的节点列出。",
    ),
    "heater": ("Heater", "设备"),
    "household": ("Household", "住户"),
    "weight": ("Weight", "权重"),
    "worst": ("Coldest", "最冷"),
    "mean": ("Mean missing", "平均欠温"),
    "rated": ("Rated", "额定"),
    "why": ("Limited by", "限制来自"),
    "failsafe": ("Fail-safe", "故障安全"),
    "silent": ("Silent", "无联系"),
    "left_out": ("further heaters", "其余设备"),
}


def words(table: dict[str, tuple[str, str]], lang: str) -> dict[str, str]:
    """The texts of a table in one language. UserError: no such language."""
    if lang not in LANGUAGES:
        raise UserError(f"language {lang!r} (allowed: {', '.join(LANGUAGES)})")
    at = LANGUAGES.index(lang)
    return {name: texts[at] for name, texts in table.items()}
