"""What `--help` says of group, fleet, sim and bench, in Chinese: by the English in the code."""

CHINESE = {
    # --- sim
    "The real firmware on simulated hardware.": "在仿真硬件上运行真实固件。",
    "Hold 22 degC in a simulated room through real weather, and write a report.": (
        "在真实天气下让仿真房间保持 22 °C，并出具报告。"
    ),
    "A simulated house; see `nuanbu sim houses`.": "仿真房屋，见 `nuanbu sim houses`。",
    "Length in days, 0.04 to 366.": "天数，0.04 至 366。",
    "EnergyPlus .epw file, or a CSV like the one supplied.": (
        "EnergyPlus 的 .epw 文件，或与自带文件同格式的 CSV。"
    ),
    "name=value, a setting of the firmware.": "名称=数值，固件的一项设置。",
    "Folder for the report.": "存放报告的文件夹。",
    "Seed of noise, occupants and windows.": "噪声、住户行为和开窗的随机种子。",
    "Times real time; left out: as fast as possible.": "实时的倍数；不填：尽可能快。",
    "Language of the report: en or zh.": "报告语言：en 或 zh。",
    "So many heaters share a feeder meanwhile.": "同时有这么多台取暖器共用一条馈线。",
    "List the simulated houses.": "列出仿真房屋。",
    "List the parts of the simulated board that a co-simulation can break.": (
        "列出联合仿真中可以注入故障的部件。"
    ),
    "Serve one heater to another program: JSON lines on standard input and output.": (
        "供其他程序使用一台仿真取暖器：标准输入输出上的 JSON 行。"
    ),
    "Requests: open, step, set, get, press, inject, power_cycle, close; see docs/cosim.md.": (
        "请求：open、step、set、get、press、inject、power_cycle、close，见 docs/cosim.md。"
    ),
    "Put a simulated heater on a pseudo-terminal, for the installer's commands to meet.": (
        "把一台仿真取暖器接到伪终端上，供安装命令连接。"
    ),
    "Times real time.": "实时的倍数。",
    "File that keeps the heater's memory.": "保存取暖器存储内容的文件。",
    # --- group
    "Share what feeders carry among many heaters.": "在众多取暖器之间分配馈线容量。",
    "Show or set for how many days ledger, journal and heaters' records are kept.": (
        "显示或设置台账、日志和设备记录的保存天数。"
    ),
    "ledger, journal or records.": "ledger 台账、journal 日志或 records 设备记录。",
    "0: for ever.": "0：永久保存。",
    "Let go of what is older at once.": "立即清理更早的内容。",
    "Database, as a URL.": "数据库的 URL。",
    "Print how a district is at this moment.": "显示小区此刻的状况。",
    "Left out: the only one there is.": "不填：唯一的那个。",
    "en or zh.": "en 或 zh。",
    "How many of the coldest heaters.": "显示多少台最冷的取暖器。",
    "The whole picture as JSON.": "以 JSON 输出全部状况。",
    "Show a district live until interrupted.": "实时显示小区状况，直到中断。",
    "Show what a district did: feeder power against its limit, grants, coldest rooms, who was"
    " limited and why.": "显示小区的运行情况：馈线功率与限值、分配、最冷的房间、谁因何受限。",
    "One HTML file.": "单个 HTML 文件。",
    "ISO 8601 with zone; left out: all there is.": "带时区的 ISO 8601 时间；不填：从头开始。",
    "ISO 8601 with zone; left out: until now.": "带时区的 ISO 8601 时间；不填：到此刻为止。",
    "Work out every order and every second of every limit anew from the journal, and compare.": (
        "由日志重新推算每条指令和每个限值的每一秒，并作比较。"
    ),
    "List every second of this heater's limit.": "列出该取暖器限值的每一秒。",
    "Guard a district until interrupted, or until a later server takes it over.": (
        "值守一个小区，直到中断或被后来的服务器接管。"
    ),
    "Id of the district this server guards.": "本服务器值守的小区编号。",
    "Company, as in the topics of its heaters.": "公司名称，与取暖器主题中的一致。",
    "Broker.": "代理服务器。",
    "Certificate authority of the broker; sets TLS.": "代理服务器的证书颁发机构；给出即启用 TLS。",
    "Start a broker of its own on --host and --port, for trials.": (
        "在 --host 和 --port 上启动自带的代理服务器，仅供试用。"
    ),
    "ORIGIN:SPEED of a trial.": "试验用的 起点:倍速。",
    "Limit what the heaters below a node take together. A known change is sent ahead.": (
        "限制某节点之下全部取暖器的总功率。已知的变化会预先下发。"
    ),
    "When it begins, ISO 8601 with zone; left out: now.": (
        "开始时间，带时区的 ISO 8601；不填：立即。"
    ),
    "Districts, buildings, units and households.": "小区、楼栋、单元和住户。",
    "Replace the tree from a CSV or JSON file (id, level, parent, firm_w, name, meter); all or"
    " nothing.": (
        "用 CSV 或 JSON 文件（id, level, parent, firm_w, name, meter）替换整棵树；"
        "要么全部，要么不变。"
    ),
    "Print every node with its firm capacity, the limit in force and what is below it.": (
        "列出每个节点的可靠容量、生效限值及其下的取暖器。"
    ),
    "Give a feeder meter that a node names its key, into the file of keys.": (
        "为节点所指的馈线电表生成密钥，写入密钥文件。"
    ),
    "File that the new keys are added to.": "新密钥追加到此文件。",
    "Heaters and their keys.": "取暖器及其密钥。",
    "Add heaters from a CSV or JSON file (id, household, rated_w, failsafe_w, floor_w, weight,"
    " relay); all or nothing. Their new keys are added to the file of keys.": (
        "从 CSV 或 JSON 文件（id, household, rated_w, failsafe_w, floor_w, weight, relay）"
        "添加取暖器；要么全部，要么不变。新密钥追加到密钥文件。"
    ),
    "Add one heater; its new keys are added to the file of keys.": (
        "添加一台取暖器；新密钥追加到密钥文件。"
    ),
    "2 for a vulnerable household.": "困难家庭填 2。",
    "Take a heater out of the tree and wipe its key. Disconnect it first: nobody limits it any"
    " more.": (
        "将取暖器移出并销毁其密钥。请先断开它：此后无人对它限电。"
    ),
    "Stands in the ledger.": "记入台账。",
    "Put a new heater in the place of an old one, whose key is wiped.": (
        "用新取暖器替换旧的，并销毁旧密钥。"
    ),
    "Left out: as the old one.": "不填：与旧的相同。",
    "Print every heater as CSV, in the form that `import` takes.": (
        "以 `import` 所用的 CSV 格式列出全部取暖器。"
    ),
    "The lives of the heaters, and proof of them.": "取暖器的运行台账及其证明。",
    "Check the ledger's chain and print it as CSV.": "校验台账链并以 CSV 输出。",
    "Only of this device or node.": "仅此设备或节点。",
    "Write the ledger as a page for people, and sign it.": "将台账写成供人阅读的网页并签名。",
    "The report; its signature goes beside it.": "报告文件；签名放在旁边。",
    "Signing key; made, for you alone, if not there.": "签名密钥；不存在时生成，仅供本人读取。",
    "Check the signature of a report.": "校验报告的签名。",
    "Public key that it must be signed with, 64 hex digits.": "应当使用的公钥，64 位十六进制。",
    "Note what somebody did to a heater.": "登记对取暖器所做的工作。",
    "calibration, repair, inspection or remark.": (
        "calibration 校准、repair 维修、inspection 巡检或 remark 备注。"
    ),
    "name=value; may be repeated.": "名称=数值；可重复。",
    "Take in records of the installer's tool; all of these files or none. A record that is there"
    " already is passed over.": "导入安装工具的记录；要么全部，要么不变。已有的记录跳过。",
    "Key that the records were signed with (commissioning).": "记录签名所用的密钥（安装调试）。",
    "Figures of the server, measured here with simulated heaters.": (
        "服务器的各项指标，在本机用仿真取暖器测得。"
    ),
    "Kill server and broker at random instants, and see whether a limit is ever exceeded.": (
        "在随机时刻强行终止服务器和代理服务器，检查限值是否曾被超过。"
    ),
    "Part of the kills that hit it.": "其中终止代理服务器的比例。",
    "Database by URL; left out: an SQLite file.": "数据库 URL；不填：SQLite 文件。",
    "Compare the coldest room with the best that perfect foresight could do (HiGHS).": (
        "将最冷的房间与完全预知下的最优解（HiGHS）比较。"
    ),
    # --- fleet
    "Many simulated heaters under group control.": "大量仿真取暖器的群控。",
    "Simulate a district: the server's own code, heaters with the firmware's lease and limits.": (
        "仿真一个小区：服务器用自身代码，取暖器用固件的租约与限值。"
    ),
    "Prints a table on standard output and writes a report with plots. Rooms, weather, losses"
    " and outages follow from the seed.": (
        "在标准输出打印表格，并生成带图的报告。房间、天气、丢包和停电均由随机种子决定。"
    ),
    "Other load that only feeder meters see, of firm capacity.": (
        "只有馈线电表能看到的其他负荷，占固定容量的比例。"
    ),
    "So many vectorised heaters hang on it too.": "另有多少台矢量化仿真取暖器接在同一馈线上。",
    "Where the report goes, HTML.": "报告（HTML）的位置。",
    "Of everything that is left to chance.": "一切随机因素的种子。",
    "Share of messages lost, each way.": "每个方向的丢包比例。",
    "Share of heaters out of reach.": "离线取暖器的比例。",
    "Share of relay heaters.": "继电器取暖器的比例。",
    "Limits that change as announced.": "预先通知的限值变化次数。",
    "Cuts of 40 % that nobody announced.": "未预先通知的 40 % 削减次数。",
    "begin-end in minutes; the server is killed.": "起-止分钟；服务器被终止。",
    "begin-end in minutes; the broker is away.": "起-止分钟；代理服务器不在线。",
    "begin-end in minutes; the supply of all fails.": "起-止分钟；全部停电。",
    "Measure the figures of group control, one core. 10,000 heaters take minutes an hour.": (
        "测量群控的各项指标，单核。10,000 台取暖器每仿真一小时需数分钟。"
    ),
    "many, used, relays, back, load; with commas.": (
        "many、used、relays、back、load；以逗号分隔。"
    ),
    "Put real firmware on one feeder, with a broker and the server's process, in scaled time.": (
        "在一条馈线上运行真实固件、代理服务器和服务器进程，按比例加速。"
    ),
    "Half-way the feeder loses 40 % without a word, and gets it back after three quarters.": (
        "中途馈线在不通知的情况下失去 40 %，到四分之三处恢复。"
    ),
    "Of virtual time.": "虚拟时间的长度。",
    "File for the record, as JSON.": "记录文件，JSON。",
    "Time one allocation on a scarce four-level tree, on one processor.": (
        "在紧缺的四级树上测一次分配的用时，单处理器。"
    ),
    # --- bench
    "Measure the room control in every simulated house, beside two rivals; `bench installer`"
    " measures the figures of the installer's tool, `bench life` those of plan, time, settings and"
    " records, `bench season --days N` a heating season offline.": (
        "在每座仿真房屋中测量室温控制，并与两种对手比较；`bench installer` 测量安装工具的指标，"
        "`bench life` 测量计划、时间、设置和记录的指标，`bench season --days N` 测量离线的采暖季。"
    ),
}
