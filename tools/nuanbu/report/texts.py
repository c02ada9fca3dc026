"""Every text of the report, (en, zh). Plots carry figures and units only."""

from __future__ import annotations

LANGUAGES = ("en", "zh")

TEXTS = {
    "title": ("{house}: {days} of real winter", "{house}：真实寒冬 {days}"),
    "days": ("{n} days", "{n} 天"),
    "hours": ("{n} hours", "{n} 小时"),
    "lead": (
        "{house}. The heater's own firmware on simulated hardware, in a simulated room. "
        "Outdoors {low} to {high} °C.",
        "{house}。加热器固件原样运行在模拟硬件与模拟房间中。室外 {low} 至 {high} ℃。",
    ),
    "mean": ("mean deviation", "平均偏差"),
    "p95": ("deviation, 95 % of the time below", "偏差，95 % 时间不超过"),
    "overshoot": ("overshoot", "超调"),
    "energy": ("energy", "电量"),
    "switchings": ("switchings of the element switch", "加热开关动作次数"),
    "contactor_switchings": ("switchings of the contactor", "安全接触器动作次数"),
    "hottest_body": ("hottest body temperature", "机体最高温度"),
    "faults": ("faults", "故障"),
    "speed": ("times real time", "倍于实际时间"),
    "room_chart": ("The room", "室温"),
    "deviation_chart": ("Close up: room over set-point", "细看：室温与设定之差"),
    "above": ("room over set-point, ±0.5 K shown", "室温减设定温度，显示 ±0.5 K"),
    "far_chart": ("Heater body and outdoors", "机体与室外"),
    "power_chart": ("Power", "功率"),
    "switch_chart": ("Switching", "开关动作"),
    "room": ("room (truth)", "室温（真值）"),
    "sensor": ("sensor", "传感器"),
    "setpoint": ("set-point", "设定温度"),
    "outdoor": ("outdoors", "室外"),
    "body": ("heater body", "机体"),
    "power": ("mean power", "平均功率"),
    "grant": ("granted at most", "允许上限"),
    "contactor": ("contactor closed", "接触器闭合"),
    "per_hour": ("closings of the element switch per hour", "每小时加热开关闭合次数"),
    "window_band": ("window open", "开窗"),
    "settle_band": ("settling, not judged", "升温阶段，不计入偏差"),
    "feeder_chart": ("A feeder that carries less than is wanted", "供不应求的一条馈线"),
    "feeder_words": (
        "{n} heaters, each the real firmware in MicroPython in a cold room of its own, a broker, "
        "and the group server as a process share one feeder for {minutes} minutes of scaled time. "
        "Then the feeder may carry 40 % less, which nobody has announced. Simulated, beside the "
        "run above.",
        "{n} 台加热器（各自在 MicroPython 中运行真实固件，各有一间冷房间）、一个消息代理与"
        "一个群控服务器进程共用一条馈线，历时 {minutes} 分钟（加速时间）。其间馈线允许功率"
        "在未预告的情况下减少 40 %。以上均为仿真，与上面的运行同时进行。",
    ),
    "feeder_power": ("taken, mean of 10 s", "实际功率，10 秒平均"),
    "feeder_limit": ("limit of the feeder", "馈线限值"),
    "feeder_granted": ("granted to the heaters", "已批准功率"),
    "feeder_wanted": ("wanted", "需求功率"),
    "feeder_over": (
        "feeder above 102 % of its limit, mean of a minute", "馈线超过限值 102 % 的时间，分钟平均"
    ),
    "feeder_peak": ("highest 10 s, of the limit", "最高 10 秒平均与限值之比"),
    "feeder_used": ("limit used while heat was short", "供不应求时限值的利用率"),
    "feeder_cut": ("until a cut of 40 % was obeyed", "突然减少 40 % 后达到限值所需时间"),
    "feeder_speed": ("group: times real time", "群控：倍于实际时间"),
    "events": ("Events", "事件"),
    "no_events": ("Nothing happened besides heating.", "除加热外无其他事件。"),
    "more_events": ("and {n} more", "另有 {n} 条"),
    "when": ("When", "时间"),
    "what": ("What", "内容"),
    "lasting": ("Lasting", "持续"),
    "fault": ("fault", "故障"),
    "window": ("window", "开窗"),
    "mode": ("mode", "模式"),
    "limit": ("limit", "限电"),
    "info": ("note", "记录"),
    "facts": ("Circumstances", "运行条件"),
    "house": ("house", "房屋"),
    "weather": ("weather", "气象"),
    "start": ("start, local time", "开始（当地时间）"),
    "length": ("length", "时长"),
    "rated": ("rated power", "额定功率"),
    "mean_power": ("mean power, of rated", "平均功率占额定"),
    "mains": ("mains voltage", "电网电压"),
    "seed": ("seed of all chance", "随机种子"),
    "firmware": ("firmware", "固件版本"),
    "wall": ("real time taken", "实际用时"),
    "settings": ("settings changed", "更改的设置"),
    "none": ("none", "无"),
    "method": (
        "Deviation is the absolute difference between the air at the occupied zone and the "
        "set-point, over {judged} after the settling time of {settle}, without the minutes in "
        "which it comes down to a set-point that fell (an open window lowers it as well). "
        "Overshoot is the highest excess over the set-point in that time. Sun, people and open "
        "windows are in it.",
        "偏差为人员活动区空气温度与设定温度之差的绝对值，统计时长 {judged}，不含升温阶段 "
        "{settle}，也不含设定温度降低（包括因开窗而降低）后室温下降的时段；超调为该时段内高于设定"
        "温度的最大值。日照、人员与开窗的影响均计入。",
    ),
}


def text(key: str, lang: str, **values: object) -> str:
    """The text of `key` in `lang` ("en" or "zh"), with its {fields} filled in."""
    return TEXTS[key][LANGUAGES.index(lang)].format(**values)


def duration(seconds: float, lang: str) -> str:
    """A length of time in the largest unit that reads well."""
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} {'min' if lang == 'en' else '分钟'}"
    if seconds < 48 * 3600:
        return text("hours", lang, n=f"{seconds / 3600:.3g}")
    return text("days", lang, n=f"{seconds / 86400:.3g}")
