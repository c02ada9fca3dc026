"""What `--help` says, in Chinese: by the English text that stands in the code."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from nuanbu.installer import help_words_company
from nuanbu.installer.desk import system_language
from nuanbu.installer.trouble import LANGUAGES

COMMANDS = (
    "ports", "info", "status", "monitor", "wizard", "cfg", "batch", "test", "cal", "logs", "why",
    "flash", "reset", "unlock", "sim", "group", "fleet", "bench",
)  # fmt: skip

CHINESE = {
    **help_words_company.CHINESE,
    "Nuanbu: simulate, measure and set up supplementary heaters.": (
        "暖补：补充取暖器的仿真、测量与安装调试。"
    ),
    "Say the version.": "显示版本。",
    "Device path, socket://, rfc2217:// or hwgrep://; NUANBU_PORT.": (
        "串口路径，或 socket://、rfc2217://、hwgrep://；也可用环境变量 NUANBU_PORT。"
    ),
    "Answer in JSON on standard output.": "以 JSON 输出到标准输出。",
    "Say what would be done, write nothing.": "只说明将做什么，不写入。",
    "Do not ask for confirmation.": "不再询问确认。",
    "Language: zh or en.": "语言：zh 或 en。",
    "Install completion for the current shell.": "为当前 shell 安装命令补全。",
    "Show completion for the current shell, to copy it or customize the installation.": (
        "显示当前 shell 的补全脚本，便于复制或修改。"
    ),
    "List the serial ports of this computer.": "列出本机串口。",
    "Say which heater is at the port, and who may change it.": (
        "显示串口上是哪台取暖器，以及谁可以修改。"
    ),
    "Say how the heater is: temperatures, power, faults with cause and next step.": (
        "显示取暖器状态：温度、功率、故障及其原因和处理办法。"
    ),
    "Read the event journal.": "读取事件日志。",
    "Say why it was not warm: whose limit, a fault, a window, the plan, or the house itself.": (
        "说明为何不够暖：谁的限电、故障、开窗、计划，还是房屋自身散热。"
    ),
    "The hour, by the home's clock: \"2027-01-20 03:00\".": (
        "钟点，按住户当地时间，如 \"2027-01-20 03:00\"。"
    ),
    "Degrees that should have been.": "本应达到的温度。",
    "So many hours from there on.": "从该钟点起的小时数。",
    "First event number wanted.": "从第几号事件开始。",
    "Only so many of the newest, 0: all.": "只要最新的若干条，0：全部。",
    "Log in, so that settings can be changed until the heater was idle for ten minutes.": (
        "登录，以便修改设置；闲置十分钟后自动锁定。"
    ),
    "The password is asked for, or read from standard input, one line each.": (
        "密码由键盘输入（不显示），或从标准输入逐行读取。"
    ),
    "installer or factory.": "installer（安装工）或 factory（工厂）。",
    "Set a new password after it.": "随后设置新密码。",
    "Lock again now.": "立即锁定。",
    "Put back the factory settings and forget what was learned.": (
        "恢复出厂设置并清除已学习的数据。"
    ),
    "Prove switches, sensors and power, and write the certificate. Heats for about a minute.": (
        "检验开关、传感器和功率，并出具检验记录。约加热一分钟。"
    ),
    "Folder for certificate and record.": "存放检验记录的文件夹。",
    "Who inspects.": "检验人。",
    "The serial adapter is isolated from the mains.": "串口适配器与市电隔离。",
    "Reading of a reference thermometer, degC.": "标准温度计读数，°C。",
    "Reading of a voltmeter at the supply, V.": "电源处电压表读数，V。",
    "name=value of a tester, such as earth_ohm=0.05.": "仪表读数 名称=数值，例如 earth_ohm=0.05。",
    "Ask for the tester's readings.": "逐项询问仪表读数。",
    "Instruments used: model, number, date of certificate.": "所用仪表：型号、编号、校准日期。",
    "Limits: class1-fixed, class1-portable, class2, or a file of that form.": (
        "判定依据：class1-fixed、class1-portable、class2，或同格式文件。"
    ),
    "Acceptance in the room: all, or some of step,window,sensor,wifi,server,power.": (
        "现场联动调试：all，或 step,window,sensor,wifi,server,power 中的几项。"
    ),
    "Ledger key, 64 hex digits: signs the record.": "台账密钥，64 位十六进制：为记录签名。",
    "Correct one measurement by a reference instrument and write the record. Current and power"
    " are read while the heater heats at full power for a minute.": (
        "按标准仪表校准一项测量并出具记录。电流和功率在满功率加热一分钟时读取。"
    ),
    "room, body, mains, current, power; left out: show all.": (
        "room 室温、body 机体、mains 电压、current 电流、power 功率；不填：显示全部。"
    ),
    "What the instrument shows: degC, V, A or W; left out: asked for.": (
        "标准仪表读数：°C、V、A 或 W；不填则询问。"
    ),
    "Reference instrument: model, number, date of certificate.": (
        "标准仪表：型号、编号、校准日期。"
    ),
    "Who calibrates.": "校准人。",
    "Until the next calibration.": "距下次校准的月数。",
    "Give every heater of a table the settings of its row. Heaters that agree are not written."
    " With --wait, heaters are changed at the ports until the table is done.": (
        "按表格为每台取暖器写入各自的设置；已一致的不写入。"
        "加 --wait 时可在串口上逐台更换，直到全表完成。"
    ),
    "CSV: heater.serial, and a column a setting.": (
        "CSV 文件：heater.serial 列，以及每个设置一列。"
    ),
    "A port, up to 16 times; else all of USB.": "串口，最多 16 个；不填则用全部 USB 串口。",
    "Seconds for the next heater at a port; 0: only one.": "等待串口上下一台的秒数；0：只做一台。",
    "Ask for the installer's password of locked heaters.": "对已锁定的取暖器询问安装密码。",
    "File of keys by `group device import`, for heaters without.": (
        "`group device import` 生成的密钥文件，用于尚无密钥的取暖器。"
    ),
    "Secret to set: wifi, mqtt, device, ca ...; left out: list them.": (
        "要设置的密钥：wifi、mqtt、device、ca 等；不填：列出已有的。"
    ),
    "File that holds it, such as a certificate.": "存放该密钥的文件，例如证书。",
    "File of keys by `group device import`: this heater's row.": (
        "`group device import` 生成的密钥文件：取本机一行。"
    ),
    "Give the heater a secret, or list those it has. It is typed unseen, or read from a file or"
    " standard input; nobody can ask for it afterwards.": (
        "为取暖器设置密钥，或列出已有的密钥。输入时不显示，或从文件、标准输入读取；此后无法读出。"
    ),
    "CSV file for the results.": "结果写入的 CSV 文件。",
    "Put MicroPython (with --image) and the application onto a board, write its settings and"
    " read them back. Erases everything on the board when there is an image. Where the image has"
    " the application in it already, no files are put beside it.": (
        "将 MicroPython（用 --image）和应用程序写入控制板，写入设置并回读。带固件时先擦除全部"
        "内容。固件中已含应用程序时，不再写入应用程序文件。"
    ),
    "Folder below boards/, such as esp32-relay.": "boards/ 下的文件夹名，例如 esp32-relay。",
    "MicroPython .bin by path; left out: it is on the board already.": (
        "MicroPython 的 .bin 文件路径；不填：板上已有。"
    ),
    "JSON of settings, as of `cfg get --json`.": "设置的 JSON 文件，同 `cfg get --json` 的输出。",
    "Watch temperatures and power live; --json prints one object a line.": (
        "实时显示温度和功率；--json 每行输出一个对象。"
    ),
    "End after so long; 0: until q or Ctrl-C.": "多少秒后结束；0：直到按 q 或 Ctrl-C。",
    "Values a second.": "每秒数值个数。",
    "CSV file to write every value to.": "记录全部数值的 CSV 文件。",
    "Set up one heater, test it and write its certificate: six questions at most.": (
        "设置一台取暖器，检验并出具记录：最多六个问题。"
    ),
    "Then the next heater, until Ctrl-C.": "随后继续下一台，直到 Ctrl-C。",
    "Settings: read, compare, change.": "设置：读取、比较、修改。",
    "Show settings, all of them or those whose names begin as said.": (
        "显示全部设置，或名称以所给文字开头的设置。"
    ),
    "With --json it is a profile that `cfg apply` takes.": (
        "加 --json 得到可供 `cfg apply` 使用的配置文件。"
    ),
    "Names, or their beginnings.": "名称，或名称的开头。",
    "Change settings: all that are named, or none.": "修改设置：要么全部生效，要么全部不变。",
    "name=value, as many as wanted.": "名称=数值，可写多项。",
    "Go on only if the heater has this serial number.": "仅当设备编号与此一致时才继续。",
    "Show how the heater differs from a profile.": "显示取暖器与配置文件的差别。",
    'JSON file: {"control.setpoint_mdeg": 21000, ...}': (
        'JSON 文件：{"control.setpoint_mdeg": 21000, ...}'
    ),
    "Make the heater agree with a profile; asks before it writes.": (
        "使取暖器与配置文件一致；写入前询问。"
    ),
    "Show this message and exit.": "显示本说明并退出。",
}


def translate(root: Any, words: list[str]) -> None:
    """Put Chinese into the help of `root`, typer's root command, when the command line `words` or
    the surroundings ask for it."""
    if asked_language(words) != "zh":
        return
    for one in _all(root):
        _one(one)


def texts(root: Any) -> set[str]:
    """Every paragraph of help that `translate` would replace."""
    found: set[str] = set()
    for one in _all(root):
        for text in [one.help, *(getattr(param, "help", None) for param in one.params)]:
            found.update(_paragraphs(text or ""))
    return found


def _all(command: Any) -> Iterator[Any]:
    yield command
    for one in getattr(command, "commands", {}).values():
        yield from _all(one)


def _one(command: Any) -> None:
    if command.help:
        command.help = _chinese(command.help)
        command.short_help = None
    for param in command.params:
        if getattr(param, "help", None):
            param.help = _chinese(param.help)


def _chinese(text: str) -> str:
    return "\n\n".join(CHINESE.get(part, part) for part in _paragraphs(text))


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def asked_language(words: list[str]) -> str:
    """The language that a command line asks for, else that of the surroundings."""
    for at, word in enumerate(words):
        if word == "--lang" and at + 1 < len(words):
            return words[at + 1]
        if word.startswith("--lang="):
            return word.partition("=")[2]
    chosen = os.environ.get("NUANBU_LANG", "")
    return chosen if chosen in LANGUAGES else system_language()
