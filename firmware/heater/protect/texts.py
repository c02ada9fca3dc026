# Every fault in words: title, what has happened, what to do next; Chinese, then English, by the
# monitor's name. Console, installer's tool and docs/safety.md take their words from here; the tick
# never imports it. {m} stands for the value measured and {e} for the value expected, with unit.

_WAIT = ("会自动恢复，无需操作。", "It ends by itself; nothing to do.")
_SERVICE = ("请联系售后检修。", "Call the service.")
_SENSOR = ("请检查传感器接线；仍报警请联系售后。", "Check the sensor's plug; if it stays, call.")

TEXTS = {
    "leak_high": (
        ("漏电", "Leakage current"),
        ("漏电流 {m} 超过 {e}，已切断加热。", "Leakage of {m}, allowed {e}: heating is cut off."),
        ("勿触摸机体，检查是否受潮；排除后在机上复位。",
         "Do not touch the heater; look for damp. Then reset at the heater."),
    ),
    "leak_comparator": (
        ("漏电保护电路动作", "Residual-current circuit tripped"),
        ("硬件漏电保护已动作，已切断加热。",
         "The hardware leakage protection tripped: heating is off."),
        ("勿触摸机体，检查是否受潮；排除后在机上复位。",
         "Do not touch the heater; look for damp. Then reset at the heater."),
    ),
    "leak_rising": (
        ("漏电流偏大", "Leakage current high"),
        ("漏电流 {m}，十分钟以上高于 {e}。", "Leakage of {m} for ten minutes, usual below {e}."),
        ("请在断电保护动作前安排检修。", "Arrange a visit before it trips."),
    ),
    "leak_trend": (
        ("漏电流上升", "Leakage current growing"),
        ("按当前趋势，两周内漏电流将达 {m}（限值 {e}）。",
         "At this rate leakage reaches {m} within two weeks (limit {e})."),
        ("请在两周内安排检修。", "Arrange a visit within two weeks."),
    ),
    "leak_sensor": (
        ("漏电传感器失效", "Residual-current sensor failed"),
        ("漏电传感器无有效读数，已停止加热。",
         "The residual-current sensor gives no reading: no heat."),
        _SERVICE,
    ),
    "leak_test": (
        ("漏电自检未通过", "Leakage self-test failed"),
        ("漏电传感器未通过自检，已停止加热；每十分钟重试。",
         "The residual-current sensor failed its test: no heat. Tried again every ten minutes."),
        _SERVICE,
    ),
    "body_hot": (
        ("机体过热", "Body too hot"),
        ("机体温度 {m} 超过 {e}，已停止加热。",
         "The body reached {m}, allowed {e}: heating stopped."),
        ("检查是否被覆盖或出风口被堵；冷却后自动恢复。",
         "See that nothing covers it; it comes back when cool."),
    ),
    "body_hot_repeated": (
        ("多次过热", "Too hot again and again"),
        ("二十四小时内过热三次，已锁定。", "Three over-temperature trips within a day: locked."),
        ("移开遮挡物、清理出风口，再在机上复位。",
         "Uncover it, clean the outlet, then reset at the heater."),
    ),
    "body_rise": (
        ("机体升温过快", "Body heats too fast"),
        ("机体升温 {m}，允许 {e}，已停止加热。", "The body warms by {m}, allowed {e}: stopped."),
        ("检查是否被覆盖；五分钟后自动重试。",
         "See that nothing covers it; retried in five minutes."),
    ),
    "body_sensor": (
        ("机体传感器失效", "Body sensor failed"),
        ("机体温度传感器无有效读数，已停止加热。", "The body sensor gives no reading: no heat."),
        _SENSOR,
    ),
    "body_disagrees": (
        ("机体传感器脱落", "Body sensor has come off"),
        ("已加热 {m}，机体温度却未上升。", "{m} of heat were given and the body stayed cold."),
        ("检查机体传感器是否脱落，再在机上复位。",
         "See whether the body sensor has come off, then reset at the heater."),
    ),
    "covered": (
        ("机体被覆盖", "Heater covered"),
        ("机体温度高于该功率下的正常值（超出量为限值的 {m}），已停止加热。",
         "The body is hotter than it ought to be at this power ({m} of the limit): "
         "heating stopped."),
        ("移开遮挡物；半小时后自动恢复。", "Uncover it; it comes back after half an hour."),
    ),
    "body_warm": (
        ("机体偏热", "Body warm"),
        ("机体温度 {m}，高于 {e}，已降低功率。", "The body is at {m}, above {e}: power lowered."),
        ("检查是否有遮挡。", "See that nothing covers it."),
    ),
    "room_sensor": (
        ("室温传感器失效", "Room sensor failed"),
        ("室温传感器无有效读数，改用采集器或低功率运行。",
         "The room sensor gives no reading; a collector or low power is used instead."),
        _SENSOR,
    ),
    "room_frozen": (
        ("室温读数不变", "Room reading does not move"),
        ("热量变化 {m}，室温读数毫无变化。", "{m} of heat made no change in the room reading."),
        _SENSOR,
    ),
    "room_jump": (
        ("室温读数突变", "Room reading jumped"),
        ("室温读数两秒内变化 {m}。", "The room reading changed by {m} within two seconds."),
        ("检查传感器是否被移动。", "See whether the sensor was moved."),
    ),
    "room_drift": (
        ("室温读数漂移", "Room reading drifts"),
        ("室温读数与机体推算不符（偏差为限值的 {m}）。",
         "The room reading does not fit the heater's own body ({m} of the limit)."),
        ("用标准温度计核对室温传感器。", "Compare the sensor with a reference thermometer."),
    ),
    "room_disagrees": (
        ("两个室温不一致", "Two room sensors disagree"),
        ("室温传感器与采集器相差 {m}。", "Room sensor and collector differ by {m}."),
        ("检查两者的安装位置。", "Look where the two are mounted."),
    ),
    "sensors_apart": (
        ("传感器不一致", "Sensors disagree"),
        ("停热两小时后，机体、室温与控制器温度仍相差 {m}。",
         "After two hours without heat body, room and controller differ by {m}."),
        ("用标准温度计核对室温与机体传感器。",
         "Compare room and body sensor with a reference thermometer."),
    ),
    "room_hot": (
        ("室温过高", "Room too hot"),
        ("室温 {m} 超过 {e}，已停止加热。", "The room is at {m}, allowed {e}: heating stopped."),
        _WAIT,
    ),
    "room_none": (
        ("无室温", "No room temperature"),
        ("没有可用的室温，按低功率运行。", "No room temperature from anywhere: low power only."),
        _SENSOR,
    ),
    "element_open": (
        ("不发热", "No heat"),
        ("已接通 {m} 而无电流：发热体、开关或接线断开。",
         "Switched on for {m} without current: element, switch or wire is open."),
        _SERVICE,
    ),
    "element_weak": (
        ("功率不足", "Element weak"),
        ("功率比额定低 {m}（按电压折算）。", "Power is {m} below rated, corrected for voltage."),
        _SERVICE,
    ),
    "over_power": (
        ("功率过大", "Power too high"),
        ("功率为额定的 {m}，允许 {e}，已停止加热。",
         "Power is {m} of rated, allowed {e}: stopped."),
        _SERVICE,
    ),
    "mains_high": (
        ("电压过高", "Mains voltage high"),
        ("电压 {m} 高于 {e}，已停止加热。", "The mains are at {m}, allowed {e}: heating stopped."),
        ("恢复正常一分钟后自动加热。", "Heat returns a minute after the voltage is normal."),
    ),
    "mains_low": (
        ("电压过低", "Mains voltage low"),
        ("电压 {m} 低于 {e}，已停止加热。", "The mains are at {m}, least {e}: heating stopped."),
        ("恢复正常一分钟后自动加热。", "Heat returns a minute after the voltage is normal."),
    ),
    "joint_warm": (
        ("接线松动迹象", "Loose terminal suspected"),
        ("线路阻抗增加 {m}，已降低功率。", "The branch has {m} more impedance: power lowered."),
        ("请电工检查插座与接线端子。", "Have socket and terminals checked."),
    ),
    "joint_hot": (
        ("接线松动", "Loose terminal"),
        ("线路阻抗增加 {m}，有起火危险，已停止加热。",
         "The branch has {m} more impedance, a fire risk: heating stopped."),
        ("请勿使用该插座，请电工检修。", "Do not use this outlet; call an electrician."),
    ),
    "meter_lost": (
        ("电能表无应答", "Meter silent"),
        ("计量芯片无有效读数，其余保护仍有效。",
         "The meter gives no reading; the other protections still work."),
        _SERVICE,
    ),
    "element_cold": (
        ("机体不热", "Body stays cool"),
        ("已接通，但机体少得 {m} 的功率，允许 {e}。",
         "Switched on, but the body lacks {m} of the power, allowed {e}."),
        _SERVICE,
    ),
    "switch_welded": (
        ("调功开关粘连", "Switch welded"),
        ("开关断开后仍有功率（额定的 {m}），已断开接触器。",
         "Power of {m} of rated while switched off: the contactor has opened."),
        _SERVICE,
    ),
    "switch_welded_body": (
        ("调功开关粘连", "Switch welded"),
        ("开关断开后机体仍升温（为限值的 {m}），已断开接触器。",
         "The body keeps warming while switched off ({m} of the limit): the contactor has "
         "opened."),
        _SERVICE,
    ),
    "contactor_welded": (
        ("接触器粘连", "Contactor welded"),
        ("接触器断开后仍有电流。请立即断开空气开关！",
         "Current flows with the contactor open. Switch off the breaker!"),
        ("断开空气开关，联系售后。", "Switch off the breaker and call the service."),
    ),
    "tilted": (
        ("倾倒", "Tipped over"),
        ("取暖器倾倒，已停止加热。", "The heater has tipped over: heating stopped."),
        ("扶正后自动恢复。", "Put it upright; it comes back by itself."),
    ),
    "chip_hot": (
        ("控制器过热", "Controller too hot"),
        ("控制器温度 {m} 超过 {e}，已停止加热。",
         "The controller is at {m}, allowed {e}: stopped."),
        _WAIT,
    ),
    "tick_late": (
        ("控制周期超时", "Control too slow"),
        ("控制周期多次超时，暂停加热。", "Control was late again and again: heating pauses."),
        _WAIT,
    ),
    "exception": (
        ("程序异常", "Program error"),
        ("程序出现异常，暂停加热。", "The program ran into an error: heating pauses."),
        _WAIT,
    ),
    "safe_hold": (
        ("安全停机", "Safe hold"),
        ("短时间内异常重启 {m} 次，已停止加热。", "{m} abnormal restarts in a row: no heat."),
        ("复位后重试；再次出现请联系售后。", "Reset it; if it comes back, call the service."),
    ),
    "program_damaged": (
        ("程序损坏", "Program damaged"),
        ("程序校验不符，已停止加热。", "The program is not what was installed: no heat."),
        ("请重新安装程序。", "Have the program installed anew."),
    ),
    "settings_damaged": (
        ("设置损坏", "Settings damaged"),
        ("设置校验不符，已停止加热。", "The stored settings are damaged: no heat."),
        ("核对设置后在机上复位。", "Check the settings, then reset at the heater."),
    ),
    "service_lock": (
        ("检修锁定", "Service lock"),
        ("检修人员已锁定，本机不加热，也不防冻。",
         "A technician has locked the heater: no heat, no frost protection."),
        ("检修完毕后由检修人员解锁。", "The technician unlocks it when the work is done."),
    ),
}  # fmt: skip

# How a value of a unit is shown: divisor, decimals, symbol.
UNITS = {
    "uA": (1000, 1, "mA"),
    "mdeg": (1000, 1, "°C"),
    "mdeg/s": (1000, 1, "K/s"),
    "Wh": (1, 0, "Wh"),
    "ms": (1000, 0, "s"),
    "permille": (10, 0, "%"),
    "mV": (1000, 0, "V"),
    "mOhm": (1000, 2, "Ohm"),
    "": (1, 0, ""),
}
# States of a sensor, in the order of lib/sensor_state.py.
STATES = (
    ("正常", "ok"),
    ("断线", "open"),
    ("短路", "short"),
    ("校验错误", "corrupt"),
    ("无应答", "silent"),
    ("超出量程", "out of range"),
    ("未安装", "not fitted"),
    ("未启动", "not started"),
)
# What is added to a sentence that leaves out what was measured, or the limit.
_FIGURES = (
    ("（测得 {m}，限值 {e}）", " (measured {m}, limit {e})"),
    ("（限值 {e}）", " (limit {e})"),
)
_STATE = ("（{m}）", " ({m})")
# Differences of temperature, not temperatures.
_KELVIN = ("room_jump", "room_disagrees", "sensors_apart")


def show(code, unit, value, language="en"):
    """A value of fault `code` for people, for example "11.2 mA"."""
    if unit == "state":
        return STATES[value][1 if language == "en" else 0] if 0 <= value < 8 else str(value)
    divisor, decimals, symbol = UNITS[unit]
    if code in _KELVIN:
        symbol = "K"
    number = "%.*f" % (decimals, value / divisor)
    return number + " " + symbol if symbol else number


def sentences(fault, language):
    """(title, what has happened, what to do) of a fault dict, language "zh" or "en". What has
    happened tells what was measured and the limit, wherever there is a figure.

    Raises KeyError for a fault without texts, or another language.
    """
    at = {"zh": 0, "en": 1}[language]
    title, what, todo = TEXTS[fault["code"]]
    code, unit = fault["code"], fault["unit"]
    said = what[at]
    if unit == "state":
        said = _added(said, _STATE[at])
    elif unit and "{e}" not in said:
        said = _added(said, _FIGURES["{m}" in said][at])
    measured = show(code, unit, fault["measured"], language)
    expected = show(code, unit, fault["expected"], language)
    return title[at], said.replace("{m}", measured).replace("{e}", expected), todo[at]


def _added(said, more):
    # Before the full stop, or whatever ends the sentence.
    return said[:-1] + more + said[-1]


def told(fault, language):
    """A fault in one line: code, number, title, what has happened, what to do next."""
    title, what, todo = sentences(fault, language)
    form = "%s (%d) %s：%s%s" if language == "zh" else "%s (%d) %s: %s %s"
    return form % (fault["code"], fault["no"], title, what, todo)
