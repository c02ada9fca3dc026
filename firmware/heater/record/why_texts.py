# "Why was it cold?" in words, Chinese and English. Read by the console's `why` and, by its path,
# by the installer's tool: this file imports nothing. {x} is the detail of a reason (explain.py).

LANGUAGES = ("zh", "en")

HEAD = (
    "{from} 至 {to}：室温 {room}，设定 {set}，供热 {wh} Wh",
    "{from} to {to}: room {room}, set-point {set}, heat given {wh} Wh",
)
UNCERTAIN = ("（时间不确定：断电后未校时）", " (time uncertain: not set since a power cut)")
MINUTES = ("{minutes} 分钟：{what}", "{minutes} min: {what}")
UNKNOWN_ROOM = ("未知", "unknown")

REASONS = {
    "warm": ("室温达标（平均 {c} ℃）", "it was warm ({c} degC on average)"),
    "no_power": (
        "取暖器停电，或没有记录",
        "the heater was without mains, or nothing was recorded",
    ),
    "off": ("已关机", "it was switched off"),
    "plan": (
        "计划或设定的温度较低（平均 {c} ℃）",
        "less was asked for: set-point {c} degC on average",
    ),
    "fault": ("故障停热：{by}", "a protection withheld heat: {by}"),
    "window": ("开窗，暂停加热", "a window stood open, heat was withheld"),
    "limit": ("功率被限制为 {x} W：{by}", "power was limited to {x} W: {by}"),
    "full": (
        "已满功率供热（{x} Wh），房屋散热大于取暖器功率",
        "everything was given ({x} Wh): the building lost more than the heater can give",
    ),
    "rising": ("正在升温，整点时 {c} ℃", "it was warming up, {c} degC at the end"),
    "no_sensor": ("没有室温读数", "the room temperature was not known"),
}

# By whose order: names of limits/arbiter.py.
CAUSES = {
    "free": ("无限制", "nobody's"),
    "installed": ("安装人员设定的线路上限", "what the installer allowed on this circuit"),
    "protection": ("取暖器自身保护降功率", "the heater's own protection"),
    "degraded": ("传感器失效，降功率运行", "a sensor was lost"),
    "resident": ("住户设定的上限", "a cap of the resident"),
    "household": ("户级限电", "order for the household"),
    "unit": ("单元级限电", "order for the unit"),
    "building": ("楼栋级限电", "order for the building"),
    "district": ("小区级限电", "order for the district"),
    "failsafe": ("与服务器失联，按约定安全功率", "the server was silent, the agreed safe share"),
    "starting": ("来电后等待服务器", "after a start, waiting for the server"),
    "frost": ("防冻最低功率", "the frost floor against an order"),
}


def sentence(why, language):
    """One reason as a sentence: [name, minutes, detail, ...] as heater.why gives it; language 0
    Chinese, 1 English. A name this version does not know is shown as it is."""
    name, minutes, x = why[0], why[1], why[2]
    by = why[3] if len(why) > 3 else ""
    if by in CAUSES:
        by = CAUSES[by][language]
    text = REASONS[name][language] if name in REASONS else name
    what = text.format(x=x, c=degrees(x), by=by)
    return MINUTES[language].format(minutes=minutes, what=what)


def head(hour, language):
    """The line above the reasons. hour: {"from", "to": texts, "room", "set": hundredths of a
    degree or None, "wh", "q": quality of the time}."""
    facts = {}
    for name in ("room", "set"):
        value = hour[name]
        facts[name] = UNKNOWN_ROOM[language] if value is None else degrees(value)
        if value is not None:
            facts[name] += (" ℃", " degC")[language]
    facts.update({"from": hour["from"], "to": hour["to"], "wh": hour["wh"]})
    text = HEAD[language].format(**facts)
    return text + (UNCERTAIN[language] if hour["q"] == 1 else "")


def degrees(cdeg):
    """ "21.4" of 2140; also below zero."""
    sign = "-" if cdeg < 0 else ""
    tenths = (abs(cdeg) + 5) // 10
    return "%s%d.%d" % (sign, tenths // 10, tenths % 10)
