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
    "limits.levels": ("限电层级", "Levels with a server: 1 household, 2 unit, 4 building, 8 district"),
    "limits.failsafe_w": ("失联安全功率", "Power without word from the server"),
    "limits.failsafe_min_s": ("失联最短时间", "Least time at that power before going on alone"),
    "limits.autonomous": ("允许失联自主运行", "Go on without limits after that time"),
    "limits.frost_floor_w": ("防冻功率", "Power no limit may take while the room is near freezing"),
    "limits.spread_s": ("来电错峰时间", "Raises after a power cut are spread over this time"),
    # --- protect
    # --- plan
    "plan.tz": ("时区", "Time zone, as a POSIX TZ string"),
    "plan.week": ("周计划", "Weekly plan: mon-fri 06:30 comfort 22:30 sleep; sat,sun ..."),
    "plan.exceptions": ("例外日期", "Holidays and absences: 2027-02-05..2027-02-12 sun; ..."),
    "plan.comfort_mdeg": ("舒适温度", "Temperature of preset comfort"),
    "plan.eco_mdeg": ("节能温度", "Temperature of preset eco"),
    "plan.sleep_mdeg": ("睡眠温度", "Temperature of preset sleep"),
    "plan.away_mdeg": ("外出温度", "Temperature of preset away"),
    "plan.boost_mdeg": ("强热温度", "Temperature of preset boost"),
    "plan.boost_min": ("强热时长", "How long boost lasts"),
    "plan.work_max_min": ("最长工作时间", "Longest heating with nobody touching it, 0: no limit"),
    "plan.quiet_from_min": ("安静时段开始", "Quiet hours begin, minutes after midnight"),
    "plan.quiet_to_min": ("安静时段结束", "Quiet hours end; equal to the begin: none"),
    "plan.child_lock": ("童锁", "Child lock of the buttons"),
    "plan.window": ("开窗检测", "Stop heating while a window is open"),
    "plan.early_start": ("提前启动", "Heat ahead, to be warm at the time planned"),
    "plan.lowest_mdeg": ("最低设定温度", "Lowest set-point, by the installer"),
    "plan.highest_mdeg": ("最高设定温度", "Highest set-point, by the installer"),
    "plan.company_lowest_mdeg": ("供热公司最低温度", "Lowest set-point, by the company"),
    "plan.company_highest_mdeg": ("供热公司最高温度", "Highest set-point, by the company"),
    # --- record
    # --- link
    "link.enabled": ("启用联网", "This heater belongs to a group server"),
    "link.ssid": ("无线网络名称", "Name of the Wi-Fi network"),
    "link.host": ("服务器地址", "Address of the broker"),
    "link.port": ("服务器端口", "Port of the broker"),
    "link.tls": ("加密连接", "Use TLS and check the broker's certificate"),
    "link.user": ("服务器用户名", "User name at the broker, empty: none"),
    "link.keepalive_s": ("心跳间隔", "A lost connection is noticed within 1.5 times this time"),
    "link.company": ("公司", "Company, first part of every topic"),
    "link.district": ("小区", "District"),
    "link.building": ("楼栋", "Building"),
    "link.unit": ("单元", "Unit (stairwell) of the building"),
    "link.household": ("户号", "Household"),
    "link.collector": ("室温采集器编号", "Room-temperature collector of this room, empty: none"),
    "link.collector_fresh_s": ("采集器有效期", "A collector's reading is used for this time"),
    "link.collector_first": ("优先使用采集器", "Prefer the collector to the heater's own sensor"),
}
