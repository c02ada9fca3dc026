# Words for the codes of this room, in Chinese and English. Read by console help, documentation
# and the host's tools, which import this file too; never needed to heat.

from heater.record import events

REFUSALS = {
    "unknown": ("没有这个设置项", "There is no such setting"),
    "role": ("权限不足", "This role may not change it"),
    "type": ("数值类型不对", "A value of this type does not fit"),
    "range": ("超出允许范围", "Outside the bounds in force"),
    "word": ("不是允许的选项", "Not one of the words allowed"),
    "length": ("文字长度不符（按字节计）", "Too long or too short, in bytes"),
    "text": ("含有不允许的字符", "Contains characters that are not allowed"),
    "form": ("格式无法解析", "Not of the form this setting has"),
    "crossed": ("上下限互相矛盾", "The lowest value would be above the highest"),
    "nothing": ("没有待提交的更改", "Nothing is staged or on trial"),
    "pending": ("已有更改在试用中", "Another change is on trial"),
    "confirm_s": ("确认时间超出范围", "Time to confirm is out of bounds"),
    "storage": ("存储写入失败", "The flash did not take the change"),
}

NEXT = {
    "list": ("查看设置列表", "List the settings"),
    "login": ("以所需权限登录", "Log in as the role named"),
    "fix_type": ("按类型重新输入", "Give a value of the setting's type"),
    "fix_range": ("在范围内重新选择", "Choose a value within the bounds"),
    "choose": ("选择列出的选项", "Choose one of the words"),
    "shorten": ("调整文字长度", "Change the length of the text"),
    "fix_form": ("按说明书的格式书写", "Write it as docs/plan.md shows"),
    "fix_text": ("去掉控制字符", "Leave out control characters"),
    "stage": ("先设置再提交", "Stage a change first"),
    "confirm_or_revert": ("先确认或撤销", "Confirm or revert it first"),
    "service": ("联系维修人员", "Call service"),
}

EVENTS = {
    events.BOOT: ("启动", "Started"),
    events.FILE_DAMAGED: ("文件损坏，已用备份", "A stored copy was damaged and left out"),
    events.FILE_UNWRITABLE: ("存储写入失败", "The flash did not take a file"),
    events.SETTINGS_DEFAULT: ("使用默认设置", "No stored settings: defaults in force"),
    events.SETTINGS_DROPPED: ("部分设置无效，已恢复默认", "Stored values dropped as unusable"),
    events.SETTINGS_COMMITTED: ("设置已更改", "Settings changed"),
    events.SETTINGS_CONFIRMED: ("设置已确认", "Settings confirmed"),
    events.SETTINGS_REVERTED: ("未确认，设置已撤销", "Settings on trial taken back"),
    events.SETTINGS_MIGRATED: ("设置已升级", "Settings brought over from older firmware"),
    events.SETTINGS_RESET: ("已恢复出厂设置", "Reset to factory settings"),
    events.EVENTS_LOST: ("事件过多，部分未记录", "Events lost for want of room"),
}
