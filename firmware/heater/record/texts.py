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
    "bounds.setpoint_low_mdeg": ("最低可设温度", "Lowest set-point a resident may choose"),
    "bounds.setpoint_high_mdeg": ("最高可设温度", "Highest set-point a resident may choose"),
    # --- link
}
