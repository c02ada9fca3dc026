"""Labels of the installer's tool in Chinese and English, and the firmware's own words."""

from __future__ import annotations

import functools
import runpy
from typing import Any

from nuanbu.errors import UserError
from nuanbu.installer.trouble import LANGUAGES
from nuanbu.sim import find

LABELS = {
    "this": ("此操作", "This"),
    "port": ("串口", "Port"),
    "text": ("说明", "Description"),
    "usb": ("USB", "USB"),
    "serial": ("设备编号", "Serial number"),
    "uid": ("硬件编号", "Hardware number"),
    "board": ("控制板", "Board"),
    "firmware": ("固件版本", "Firmware"),
    "python": ("运行环境", "Runtime"),
    "rev": ("设置版本", "Settings revision"),
    "sha256": ("设置校验", "Settings hash"),
    "role": ("当前权限", "Present role"),
    "locked": ("已设密码的权限", "Roles with a password"),
    "mode": ("模式", "Mode"),
    "room": ("室温", "Room"),
    "setpoint": ("设定温度", "Set-point"),
    "body": ("机体温度", "Body"),
    "power": ("功率", "Power"),
    "limit": ("功率上限", "Limit"),
    "mains": ("电压", "Mains"),
    "leak": ("漏电流", "Leakage"),
    "uptime": ("已运行", "Up for"),
    "faults": ("故障数", "Faults"),
    "name": ("设置项", "Setting"),
    "value": ("数值", "Value"),
    "before": ("原值", "Before"),
    "after": ("新值", "After"),
    "meaning": ("含义", "Meaning"),
    "off": ("关", "off"),
    "heat": ("恒温", "heat"),
    "plan": ("计划", "plan"),
    "none": ("无", "none"),
    "number": ("序号", "No."),
    "time": ("时间", "Time"),
    "event": ("事件", "Event"),
    "same": ("没有差别，未写入", "Nothing differs, nothing was written"),
    "would": ("将更改（未写入）", "Would change (nothing was written)"),
    "written": ("已写入并回读一致", "Written and read back"),
    "restart": ("部分设置重启后生效", "Some settings act after a restart of the heater"),
    "ask_apply": ("写入以上更改？", "Write these changes?"),
    "ask_reset": (
        "恢复出厂设置并清除已学习的数据？",
        "Reset to factory settings and forget what was learned?",
    ),
    "reset_done": ("已恢复出厂设置，正在重启", "Factory settings are in force; restarting"),
    "password": ("密码", "Password"),
    "new_password": ("新密码（留空则不设密码）", "New password (empty: none)"),
    "unlocked": ("已解锁，闲置十分钟后自动锁定", "Unlocked; locks again after ten idle minutes"),
    "locked_again": ("已锁定", "Locked"),
    "result": ("结果", "Result"),
    "detail": ("说明", "Detail"),
    "batch_written": ("已写入", "written"),
    "batch_same": ("已一致", "agrees already"),
    "batch_would": ("将写入", "would be written"),
    "batch_failed": ("失败", "failed"),
    "batch_found": ("已识别", "recognised"),
    "batch_unknown": ("不在表中", "not in the table"),
    "batch_waiting": ("等待下一台", "waiting for the next heater"),
    "batch_absent": ("未接", "not there"),
    "ask_isolated": (
        "串口适配器是否与市电隔离？（未隔离时，取暖器通电期间请勿连接）",
        "Is the serial adapter isolated from mains? (If not, never attach it to a live heater)",
    ),
    "ask_serial": ("设备编号", "Serial number of this heater"),
    "ask_rated": ("额定功率（W）", "Rated power in W"),
    "ask_place": ("楼栋/单元/户号", "Building/unit/household"),
    "ask_operator": ("检验人姓名", "Your name, for the record"),
    "ask_reference": (
        "室温传感器旁标准温度计的读数 °C（没有则留空）",
        "Reference thermometer beside the room sensor, degC (empty: none)",
    ),
    "ask_now": ("标准仪表读数", "Reading of the reference instrument"),
    "ask_earth_ohm": ("接地电阻读数 Ω（没有则留空）", "Earth resistance in ohm (empty: none)"),
    "ask_insulation_mohm": ("绝缘电阻读数 MΩ（没有则留空）", "Insulation in megohm (empty: none)"),
    "ask_leakage_ma": ("泄漏电流读数 mA（没有则留空）", "Leakage in mA (empty: none)"),
    "ask_withstand_v": ("耐压试验电压 V（没有则留空）", "Voltage withstood in V (empty: none)"),
    "ask_rcd_ma": ("漏电保护器动作电流 mA（没有则留空）", "RCD trips at mA (empty: none)"),
    "ask_rcd_ms": ("漏电保护器动作时间 ms（没有则留空）", "RCD trips within ms (empty: none)"),
    "ask_instruments": (
        "仪表型号、编号、校准日期",
        "Instruments: model, number, date of certificate",
    ),
    "do_open_window": ("请打开窗户", "Open the window"),
    "do_close_window": ("请关好窗户", "Close the window"),
    "do_pull_sensor": ("请拔下室温传感器", "Pull the room sensor's plug"),
    "do_plug_sensor": ("请插回室温传感器", "Plug the room sensor in again"),
    "do_wifi_off": ("请关闭无线路由器", "Switch the Wi-Fi router off"),
    "do_wifi_on": ("请打开无线路由器", "Switch the Wi-Fi router on again"),
    "do_server_off": ("请断开服务器（保留无线网络）", "Disconnect the server (Wi-Fi stays on)"),
    "do_server_on": ("请恢复服务器连接", "Connect the server again"),
    "do_power_cycle": ("请断开取暖器电源，10 秒后合上", "Switch the mains off, and on after 10 s"),
    "done_or_skip": ("完成后按回车，跳过请输入 s", "Enter when done, s to leave it out"),
    "not_a_number": ("不是数字，请重新输入", "That is not a number, once more please:"),
    "three_parts": (
        "请按 楼栋/单元/户号 填写，例如 7/2/301，而不是",
        "Three parts with / between them, such as 7/2/301, not",
    ),
    "correction": ("校准值", "Correction"),
    "never": ("从未校准", "never calibrated"),
    "calibrated": ("最近校准", "Last calibration"),
    "current": ("电流", "Current"),
    "application": ("应用程序", "Application"),
    "error": ("错误：", "error:"),
    "next": ("下一步：", "next:"),
    "interrupted": ("已中断", "interrupted"),
    "secret": ("密钥或密码（留空则删除）", "Secret (empty: forget it)"),
    "kept": ("已保存，无法再读出", "Kept; nobody can read it back"),
    "leave": ("退出", "Leave"),
    "hold": ("暂停/继续", "Hold/go on"),
    "held": ("已暂停", "held"),
    "running": ("取暖器正在运行，请求进入维护", "A heater is running there; asking for service:"),
    "starting": ("等待取暖器启动", "Waiting for the heater to start"),
    "ask_mains_off": (
        "取暖器已与市电断开，仅由串口供电？",
        "Is the heater off the mains, and the board fed by the cable alone?",
    ),
    "read_now": ("请读取标准仪表", "Read the reference instrument now"),
    "next_heater": ("请接上下一台取暖器（Ctrl-C 结束）", "Plug in the next heater (Ctrl-C ends)"),
    "plug_in": ("连接中断，请重新插好", "The connection was lost: plug it in again"),
    "item": ("项目", "Item"),
    "limit_value": ("限值", "Limit"),
    "reading_value": ("读数", "Reading"),
    "verdict": ("结论", "Verdict"),
    "reading": ("正在读取", "Reading"),
}  # fmt: skip


def label(key: str, language: str) -> str:
    """The label in one language; the key itself where there is none."""
    return LABELS[key][LANGUAGES.index(language)] if key in LABELS else key


def meaning(setting: str, language: str) -> str:
    """What a setting means, in the firmware's words."""
    texts = _firmware("record/texts.py").get("TEXTS", {})
    return texts[setting][LANGUAGES.index(language)] if setting in texts else ""


def setting_names() -> list[str]:
    """Every setting of the firmware that lies beside this tool, for the shell's completion."""
    return sorted(_firmware("record/texts.py").get("TEXTS", {}))


def fault(found: dict, language: str) -> tuple[str, str, str]:
    """(title, what has happened, what to do) of a fault, in the firmware's words."""
    module = _firmware("protect/texts.py")
    if found["code"] not in module.get("TEXTS", {}):
        return found["code"], str(found.get("cause", "")), ""
    return module["sentences"](found, language)


def why(hour: dict[str, Any], language: str) -> list[str]:
    """What the ledger of heat tells of an hour (console method hours.why), line by line."""
    module = _firmware("record/why_texts.py")
    if not module:
        return [" ".join(map(str, reason)) for reason in hour["why"]]
    number = LANGUAGES.index(language)
    reasons = [_named(reason, language) for reason in hour["why"]]
    return [module["head"](hour, number), *(module["sentence"](r, number) for r in reasons)]


def _named(reason: list[Any], language: str) -> list[Any]:
    # A fault comes with its name: say its title instead.
    texts = _firmware("protect/texts.py").get("TEXTS", {})
    if reason[0] != "fault" or reason[3] not in texts:
        return reason
    return [*reason[:3], texts[reason[3]][0][LANGUAGES.index(language)]]


@functools.cache
def _firmware(path: str) -> dict[str, Any]:
    # Run by path: these import nothing of MicroPython. A tool without the firmware's files
    # shows codes instead of words.
    try:
        return runpy.run_path(str(find.repository() / "firmware" / "heater" / path))
    except (UserError, OSError):
        return {}
