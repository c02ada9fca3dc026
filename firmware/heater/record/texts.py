# What each setting means, in Chinese and English, by name. Read by console help, documentation
# and the installer's tool; never by control or protection.

TEXTS = {
    # --- heater
    "heater.rated_w": ("额定功率", "Rated power of the element at rated voltage"),
    "heater.rated_mv": ("额定电压", "Rated voltage of the element"),
    "heater.modulator": ("调功开关类型", "Kind of modulating switch; board: as the board says"),
    "heater.serial": ("设备编号", "Serial number of this heater"),
    # --- control
    "control.setpoint_mdeg": ("设定温度", "Room temperature wanted"),
    "control.mode": ("运行模式", "Operating mode"),
    "control.relay_profile": ("继电器策略", "How often a relay may switch: default or precise"),
    # --- limits
    "limits.installed_w": ("安装功率上限", "Power the installer allows on this circuit"),
    # --- protect
    # --- plan
    # --- record
    "bounds.setpoint_low_mdeg": ("最低可设温度", "Lowest set-point a resident may choose"),
    "bounds.setpoint_high_mdeg": ("最高可设温度", "Highest set-point a resident may choose"),
    # --- link
}
