"""What is said about reports. Whoever minds the wording mends it here."""

#: What each part of a report is called to her; also what she may type after 「改」.
SLOT_NAMES = {
    "date": "日期",
    "time": "时间",
    "place": "地点",
    "form": "形式",
    "category": "类别",
    "title": "名称",
    "topic": "主题",
    "participants": "人数",
    "women": "妇女",
    "children": "儿童",
    "sessions": "场次",
    "cases": "件数",
    "beneficiaries": "帮扶",
    "materials": "发放",
    "money": "经费",
    "partners": "合作",
    "speaker": "主讲",
}
#: Other words for the same, when she corrects.
SLOT_WORDS = {
    "日期": "date",
    "时间": "date",
    "日子": "date",
    "哪天": "date",
    "地点": "place",
    "地方": "place",
    "场地": "place",
    "形式": "form",
    "类型": "form",
    "类别": "category",
    "分类": "category",
    "名称": "title",
    "主题": "topic",
    "内容": "topic",
    "人数": "participants",
    "参加人数": "participants",
    "到场": "participants",
    "妇女": "women",
    "妇女人数": "women",
    "儿童": "children",
    "孩子": "children",
    "场次": "sessions",
    "场数": "sessions",
    "件数": "cases",
    "主讲": "speaker",
    "老师": "speaker",
    "讲师": "speaker",
    "合作": "partners",
    "协办": "partners",
}

CARD_HEAD = "我记下的是这样："
CARD_HEAD_CHANGED = "改好了："
CARD_FOOT = "对就回“对”，我马上报上去；哪里不对直接说，比如“不是36是38人”。"
CARD_LINE = "{name}：{value}"
CATEGORY = "（{category}）"
CATEGORY_GUESSED = "（类别没说，先记{category}）"
CARD_PHOTOS = "照片：{count}张"
CARD_ON_BEHALF = "代报：{unit}"
FOR_UNIT = "单位：{unit}"

ASK = {
    "date": "是哪一天的事？",
    "what": "做的是什么活动？说一句就行，比如“反家暴讲座”。",
    "place": "在哪里办的？",
    "participants": "来了多少人？",
}
#: The likeliest answers, offered as choices.
ASK_CHOICES = {
    "date": ("今天", "昨天", "前天"),
    "what": ("讲座", "走访慰问", "宣传", "会议"),
    "place": ("村部", "妇女之家", "入户"),
    "participants": (),
}
UNKNOWN_CHOICE = "不知道"
ASK_MONTH = "记不清哪天不要紧，是哪个月的？"
MONTH_CHOICES = ("这个月", "上个月")
NO_MONTH = "不知道是哪个月，就没法算进数字里。先给您留着，想起来再告诉我；不报了就说“取消”。"
SKIP_CHOICE = "跳过"
CONFIRM_CHOICE = "对"
CHANGE_CHOICE = "改一下"
CANCEL_CHOICE = "取消"

HOW_TO_CHANGE = "哪里不对就直接说，比如“人数38”“昨天改成前天”“地点在文化礼堂”。"
NOT_READ = {
    "date": "没听明白是哪天。可以说“昨天”“上周三”“11月8号”。",
    "participants": "没听明白有多少人。说个数就行，比如“36人”“三十来人”。",
    "place": "没听明白在哪里。说个地方就行，比如“村部”。",
    "what": "没听明白做了什么。说一句就行，比如“反家暴讲座”。",
}
DATE_TO_COME = "{date}还没到呢。要报已经办过的活动，请说办的是哪天；只是打算，就等办完再告诉我。"
TOO_MANY = "{name}{value}，这个数有点大，没写错吧？没写错就回“没写错”，不对就说正确的数。"
MORE_THAN_ALL = "{name}{value}，比总人数{all}还多，没写错吧？没写错就回“没写错”，不对就说正确的数。"
ODD_AGE = "您说的“{value}”不像年龄，是写错了吗？说正确的，比如“80岁”；不用改就回“跳过”。"
SURE_CHOICE = "没写错"

FILED = "报好了，编号 {spoken}。{thanks}"
FILED_FOR = "这条算进了：{duties}。"
FILED_THANKS = "辛苦了！"
FILED_HOW = "要改随时说“改 {number} 人数 38”；要看说“我的上报”。"
NEXT_DRAFT = "还有一条您刚才说的："
CANCELLED_DRAFT = "好，这条不报了。"
OPEN_WHAT = "上报"
ONE_BY_ONE = "一件一件报就行：先把这件说完，报好了再说另一件。"
NOTHING_TO_REPORT = "知道了。没有就不用填，这句话我没有记成上报。有没有要回话的任务，说“我的任务”看。"
OPEN_CONFIRM = "等您回“对”"
OPEN_ASKED = {
    "same": "是不是同一件事？",
    "shared": "是不是同一场？",
    "sure": "那个数没写错吧？",
    "whose": "是替谁报的？",
}

SAME_EVENT = "{date}您单位已经报过一条{form}（编号 {number}）：{summary}\n这次说的是同一件事吗？"
SAME_CHOICE = "是同一件，不重复报"
OTHER_CHOICE = "不是，另报一条"
ADD_CHOICE = "补到那一条里"
SHARED_EVENT = (
    "{unit}报过{date}的一场{form}（编号 {number}）：{summary}\n跟您这次说的是同一场吗？是的话各报各的，人数只算一次。"
)
SHARED_CHOICE = "是同一场，人数只算一次"
CARD_SAME_EVENT = "（与另一条是同一场，人数只算一次）"
CHANGED_LIKE = "改完以后，跟{unit}{date}报的一场{form}（编号 {number}）像同一场：{summary}\n是同一场吗？是的话两条都留着，人数只算一次。"
CHANGED_APART_CHOICE = "不是，各算各的"
NO_LONGER_SAME = "日期改了，不再跟{numbers}算同一场，各算各的。"
KEPT_ONE = "好，没有重复报，还是编号 {number} 那一条。"

MINE_HEAD = "您最近报的："
MINE_LINE = "{index}. {date} {form}{topic}{people} 编号{number}{state}"
MINE_NONE = "还没有报过。直接说一句就行，比如“昨天下午在村部搞了反家暴讲座，来了36个人”。"
MINE_FOOT = "看哪条就说“看 1”。"
STATES = {
    "filed": "",
    "passed": "（已通过）",
    "returned": "（退回，要补）",
    "unused": "（未采用）",
    "withdrawn": "（已撤回）",
}
SHOW_HEAD = "编号 {number} {state}"
SHOW_FOOT = "要改说“改 {number} 人数 38”；要撤回说“撤回 {number}”。"
NO_SUCH = "没有找到编号 {number} 的上报。发“我的上报”看看您报过的。"
NO_SUCH_INDEX = "没有第{index}条。发“我的上报”看看您报过的。"
WITHDRAWN = "编号 {number} 已撤回，不再算进数字里；原来的内容还留着底。"
WITHDRAW_OTHERS = "编号 {number} 不是您报的，您不能撤回。要撤请联系报的人，或请上级退回。"
ALREADY_WITHDRAWN = "编号 {number} 早就撤回了。"
WITHDRAW_WHICH = "要撤回哪一条？最近一条是编号 {number}：{summary}。说“撤回 {number}”就撤回它；别的先看“我的上报”。"
WITHDRAW_ONE = "撤回 {number}"
CHANGE_OTHERS = "编号 {number} 不是您单位报的，您不能改。要改请联系报的人，或请上级退回。"
MINE_FOR = "（代{unit}报）"
SHOW_ON_BEHALF = "代报人：{name}"
SHOW_SAME_EVENT = "与编号 {number} 是同一场，人数只算一次"
SHOW_NOTE = "退回原因：{note}"
SHOW_ADJUSTED = "封存后调整：{name}{amount}（{reason}）"
SHOW_FOOT_OTHERS = "看改过什么说“看 {number} 历史”。"
SHOW_ONE = "看 {number}"
HISTORY_HEAD = "编号 {number} 的来历："
HISTORY_LINE = "第{version}版 {month}月{day}日 {time} {name} {did}{reason}"
HISTORY_FIRST = "报上"
HISTORY_AGAIN = "重新报上"
HISTORY_CHANGED = "改：{changes}"
HISTORY_CHANGE = "{name}“{was}”改为“{now}”"
HISTORY_STATES = {
    "filed": "重新报上",
    "passed": "审核通过",
    "returned": "退回",
    "unused": "不采用",
    "withdrawn": "撤回",
}
NOTHING = "没写"
CHANGED_AGAIN = "编号 {number} 改好了，已重新报上去（第{version}版）："
CHANGED = "编号 {number} 改好了（第{version}版）："
CHANGE_WHAT = "要改编号 {number} 的什么？比如“改 {number} 人数 38”“改 {number} 日期 昨天”。"
CHANGE_GIVEN_UP = "好，不改了，还是原来的样子。"
CHANGE_ASK = "改编号 {number}：{question}"
CANNOT_CHANGE = "编号 {number} {state}，不能再改。"
PERIOD_CLOSED = "{first}到{last}的数字已经报上去封存了。要改请上级妇联做一次“调整”，会留下记录。"

PHOTO_KEPT = "收到{count}张照片，放进正在报的这条里了。"
PHOTO_WAITING = (
    "收到{count}张照片，先给您留着。这是什么活动的？说一句就行，比如“昨天在村部搞了反家暴讲座，来了36个人”。"
)
PHOTO_ADDED = "收到{count}张照片，补进了编号 {number}（{summary}）。不是这条的，说“照片不是这条”。"
PHOTO_USED = "这张照片在编号 {number} 里用过了，这次请看看是不是发错了。"
PHOTO_BAD = "这张图没能存下：{reason}。请换一张 JPG 或 PNG 照片，10 兆以内。"
PHOTO_REASONS = {"large": "超过了 10 兆", "type": "不是照片格式", "broken": "文件坏了，打不开", "empty": "是空的"}
PHOTO_REASON_OTHER = "没能从平台取到"
PHOTO_FOR_RETURNED = "收到{count}张照片，补进了退回的编号 {number}（{summary}），已重新报上去。"
PHOTO_AGAIN = "这张照片已经有了，不用再发。"
PHOTO_NONE = "现在没有刚收到的照片。"
PHOTO_TAKEN_OFF = "好，{count}张照片拿下来了，先给您留着。是哪个活动的？说一句，我放进那一条。"

PLAN = "记下了，这是打算办的：{summary}。办完以后说一声，我来报上去。"
PLAN_PLAIN = "好，办完以后说一声哪天、在哪、来了多少人，我来报上去。"
NOTHING_FOUND = "我没看出这是什么活动。可以这样说：{example}"
EXAMPLE_WITH = "“{when}在{where}搞了{what}，来了{count}个人”"
EXAMPLE_WHEN, EXAMPLE_WHERE, EXAMPLE_WHAT, EXAMPLE_COUNT = "昨天下午", "村部", "反家暴讲座", "36"
EXAMPLE_WHATS = ("讲座", "培训", "宣传", "走访", "慰问", "会议", "义诊", "座谈会", "植树", "评选")
STRANGER = "您还没有登记，报上来的活动不知道算哪个村的。请向上一级妇联要一个邀请码，发“加入 邀请码”给我；您这段话先自己留着，登记后再发一次。"

WEEKDAYS = "一二三四五六日"
DATE = "{month}月{day}日（星期{weekday}）"
DATE_WITH_YEAR = "{year}年{month}月{day}日（星期{weekday}）"
MONTH = "{year}年{month}月"
UNTIL = "{first}到{last}"
TEN_THOUSANDS = "{n}万"
MARKS = {"": "{n}", "~": "约{n}", "+": "{n}多", "<": "不到{n}", "-": "{low}到{high}"}
PER_HEAD = "每{per}{yuan}元"
YUAN = "{yuan}元"
JOIN = "、"
SUMMARY = "{date}{place}{what}{people}"

# -- rosters --
CARD_ROSTER = "名单：{count}人"
SHOW_ROSTER = "名单：{count}人（说“名单 {number}”看）"
ROSTER = "编号 {number} 的名单，{count}人：{names}"
ROSTER_MORE = "……另有{count}人"
ROSTER_NONE = "编号 {number} 还没有名单。要补就说“名单 {number} 王某某 李某某”，名字用空格或顿号隔开。"
ROSTER_HOW = "这是哪一条的名单？请带上编号，比如“名单 10017 王某某 李某某”。"
ROSTER_HOW_IN_DRAFT = "把名字一起发来就行，比如“名单：王某某 李某某”；同名的在名字后面带上手机号。"
ROSTER_HOW_TO = (
    "没看出名字来。这样说：“名单 {number} 王某某 李某某”，用空格、顿号隔开或一行一个；同名的在名字后面带上手机号。"
)
ROSTER_ADDED = "编号 {number} 的名单记下了，共{count}人：{names}"
ROSTER_NOTED = "名单记下了，共{count}人。"
ROSTER_TWICE = "有{count}个名字重了，只记一次。要真是同名的两个人，请在名字后面带上手机号。"
ROSTER_UNREAD = "这些不像人名，没记：{words}"
ROSTER_STRUCK = "编号 {number} 的名单去掉了{count}人，还有{left}人。"
ROSTER_NOT_ON = "编号 {number} 的名单上没有这个名字。"
ROSTER_DIFFERS = "名单上{count}人，报的人数是{people}，对不上。要改人数，还是名单没写全、人数不变？"
ROSTER_FITS = "人数改成{count}人"
ROSTER_LEAVE = "人数不变"
ROSTER_LEFT = "好，人数不动。名单随时可以补。"

# -- figures --
#: How a sum reads; what each mark means stands in sums.py.
SUM_MARKS = {"": "{n}{unit}", "~": "约{n}{unit}", "+": "{n}{unit}以上", "<": "不到{n}{unit}"}
#: What figures are called in summaries.
FIGURE_NAMES = {
    "reports": "上报",
    "sessions": "开展",
    "participants": "参加",
    "women": "其中妇女",
    "children": "其中儿童",
    "cases": "办理",
    "beneficiaries": "帮扶",
    "materials": "发放",
    "money": "经费",
    "roster": "名单上",
}
REPORTS_UNIT = "条"

# -- exports --
EXPORT_COLUMNS = (
    ("序号", 6),
    ("县（市、区）", 14),
    ("乡镇（街道）", 14),
    ("村（社区）", 14),
    ("活动日期", 13),
    ("活动形式", 10),
    ("类别", 10),
    ("活动名称", 18),
    ("主题内容", 22),
    ("地点", 14),
    ("场次", 6),
    ("场次单位", 6),
    ("参加人数", 8),
    ("人数单位", 6),
    ("其中妇女", 8),
    ("其中儿童", 8),
    ("件数", 6),
    ("受益对象", 16),
    ("发放物资", 18),
    ("经费", 12),
    ("主讲", 14),
    ("合作单位", 16),
    ("照片", 6),
    ("上报人", 10),
    ("上报时间", 16),
    ("编号", 9),
    ("状态", 8),
    ("备注", 16),
)
EXPORT_HEADING = "{unit}活动上报台账（{first}至{last}）"
EXPORT_DAY = "{d.year}年{d.month}月{d.day}日"
EXPORT_MADE = "导出时间：{now}　数字随时可凭编号查到原始上报"
EXPORT_SHEET = "活动台账"
EXPORT_FOOTER = "&C第 &P 页，共 &N 页"
EXPORT_STATES = {"filed": "待审", "passed": "已通过", "returned": "已退回", "unused": "未采用", "withdrawn": "已撤回"}
NOTE_ON_BEHALF = "上级代报"
NOTE_SAME_EVENT = "与另一单位同一活动"
NOTE_VERSION = "第{version}版"
SEMICOLON = "；"

# -- command line --
CLI_EXPORT = "导出台账（csv 或 xlsx，只含本单位及以下）"
CLI_SUMMARY = "汇总数字（本单位及以下，按下一级分列）"
CLI_UNIT = "单位编码或名称，默认最上级"
CLI_FROM = "起始日期 YYYY-MM-DD（默认今年1月1日）"
CLI_TO = "截止日期 YYYY-MM-DD（默认今天）"
CLI_FORMAT = "xlsx 或 csv；不写就看输出文件的后缀"
CLI_OUT = "输出文件；不写就用“单位-起-止”命名，“-”是标准输出（只限 csv）"
CLI_ALL = "连退回、撤回、未采用的也导出"
CLI_FORM = "只要这种形式，如 讲座"
CLI_CATEGORY = "只要这个类别，如 维权普法"
CLI_TOPIC = "只要主题或名称里有这个词的"
CLI_SOURCES = "每个数字后面带上报编号"
CLI_JSON = "输出 JSON"
CLI_NO_UNIT = "没有找到单位“{value}”。请写单位编码，或 units import 时用的名称。"
CLI_MANY_UNITS = "有{count}个单位叫“{value}”，请写编码：{codes}"
CLI_BAD_DATE = "日期“{value}”不对，请写成 2026-11-22 的样子。"
CLI_BAD_ORDER = "起始日期 {first} 在截止日期 {last} 之后。"
CLI_EXPORTED = "已导出{count}条到 {path}"
CLI_NO_DATA = "库里还没有单位。"
CLI_LINE = "{name}：{text}"

# -- for a unit below --
WHOSE = "这是替{unit}报的，还是算您单位自己的？"
WHOSE_THEIRS = "替{unit}报"
WHOSE_OURS = "算我们单位的"
BEHALF_HOW = "替谁报、报什么，一句说完就行，比如“代报 石桥村 昨天下午在村部搞了反家暴讲座，来了36人”。"
BEHALF_NOT_BELOW = "{unit}下面没有叫“{name}”的单位，不能代报。只能替自己下级单位报。"
BEHALF_WHICH = "有几个单位叫“{name}”，替哪个报？"
BEHALF_TOLD = "{unit}{name}替您单位报了一条：{summary}，编号 {number}。不对请说“看 {number}”核对。"

# -- review --
REVIEW_HEAD = "下级新报的，待审{count}条："
REVIEW_LINE = "{index}. {unit}：{summary} 编号{number}{notes}"
REVIEW_FOOT = "细看说“看 1”；通过说“通过 1”或“全部通过”（只过上面这几条）；退回说“退回 1 原因”；不用说“不采用 1 原因”。"
REVIEW_NONE = "没有待审的上报。"
REVIEW_NONE_DIRECT = "直属下级没有待审的；再往下还有{count}条，由它们的上一级审。要看就说“审核 全部”。"
REVIEW_DEEPER = "审核 全部"
REVIEW_FIRST = "请先说“审核”，看看有哪几条。"
REVIEW_NO_INDEX = "没有第{index}条。说“审核”再看一遍。"
REVIEW_ALREADY = "编号 {number} 现在是“{state}”，不用再审。"
REVIEW_NOT_ABOVE = "编号 {number} 不归您审：只有上级妇联能审下级的上报。"
REVIEW_PHOTOS = "照片{count}张"
REVIEW_MORE = "还有{count}条待审。"
ACCEPT_ALL = "全部通过"
ACCEPT_ONE = "通过 {index}"
RETURN_ONE = "退回 {number}"
PASSED = "通过了{count}条：{numbers}。"
RETURN_WHY = "为什么？说一句，我原话告诉她。"
RETURN_REASONS = ("人数请再核对", "请补照片", "请说清地点")
RETURN_GIVEN_UP = "好，不退了。"
OPEN_RETURN = "退回"
RETURNED_DONE = "编号 {number} 已退回，{told}。改好前不算进数字。"
UNUSED_DONE = "编号 {number} 不采用，{told}。它不算进数字，原来的内容还留着底。"
TOLD = "原因已经告诉她"
NOT_TOLD = "她还没有绑定聊天，请另外告诉她"
RETURNED_TO_HER = "{unit}把您报的这条退回来了：{summary}（编号 {number}）。\n原因：{reason}\n直接说怎么改就行，比如“人数38”；我改好就重新报上去。"
UNUSED_TO_HER = "{unit}没有采用您报的这条：{summary}（编号 {number}）。\n原因：{reason}"
SAME_DONE = (
    "记下了：编号 {first} 和 {second} 是同一场，人数只算 {first} 的一次。弄错了就说“{first} 和 {second} 不是同一场”。"
)
NOT_SAME_DONE = "记下了：编号 {first} 和 {second} 不是同一场，各算各的。"
SAME_OTHER_DAY = "编号 {first} 和 {second} 不是同一天的，不能算同一场。日期有错请先让报的人改。"
NO_SUCH_BELOW = "您的辖区里没有编号 {number} 的上报。"

# -- summaries --
SUMMARY_FILLERS = frozenset(
    {"的", "全部", "所有", "一下", "数字", "情况", "本级", "辖区", "看", "活动", "上报", "数据"}
)
SUMMARY_HEAD = "{unit} {period}{narrowed}"
SUMMARY_SO_FAR = "（到今天）"
SUMMARY_CLOSED = "（已封存）"
SUMMARY_LINE = "{index}. {name} {value}"
SUMMARY_MORE = "还有{count}项，导出台账里都有。"
SUMMARY_OWN = "其中：本级 {text}"
SUMMARY_CHILD = "· {name} {text}"
SUMMARY_MORE_UNITS = "· 还有{count}个单位，说“汇总 单位名”单看。"
SUMMARY_SAME_EVENT = "（另有{count}条与别的单位同一场，没有重复算）"
SUMMARY_ADJUSTED = "封存后调整：{unit} {name}{amount}，{reason}（{by}）"
SUMMARY_FOOT = "数字从哪来：说“看来源 2”就列出第2项的上报编号。"
SUMMARY_NOTHING = "还没有上报。"
EXPORT_HOW = (
    "台账（Excel）请管理员在服务器上导出：niangjia reports export --unit {code} --from {year}-01-01。只含您单位和下级。"
)
SUMMARY_TO_COME = "这段时间还没到，没有数字。"
SUMMARY_NOT_BELOW = "{unit}下面没有叫“{name}”的单位，只能看自己和下级的数字。"
SOURCES_OF = "看来源 {index}"
SOURCES = "“{name}”来自这些上报：\n{numbers}\n说“看 编号”看原文。"
SOURCES_FIRST = "请先说“汇总”，再看数字的来源。"
SOURCES_NO_INDEX = "没有第{index}项，上面一共{count}项。"
SOURCES_NONE = "没有更多了。"
SOURCES_NEXT = "下一页"
QUARTER = "{year}年第{quarter}季度"
HALF = "{year}年{half}半年"
YEAR = "{year}年"
JOIN_LONG = "，"

# -- closing a period --
CLOSE_WHICH = "封存哪个时间段？比如“封存 10月”“封存 第三季度”。"
CLOSE_NOT_OVER = "{period}还没过完，过完再封存。"
CLOSE_ASK = "要封存{unit}{period}的数字：{figures}。\n封存后，本级和下级这段时间的上报都不能再改，只能做“调整”并写明原因。确认吗？"
CLOSE_CONFIRM = "确认封存"
CLOSE_OVERLAPS = "{period}早就封存了，不能重复封存。"
CLOSED = "{unit}{period}的数字封存好了。以后要改说“调整 {period} 人数 +3 原因”，会留下记录，汇总里看得见。"
ADJUST_HOW = "调整要说清时间段、改哪个数、加减多少、为什么，比如“调整 10月 石桥村 人数 +3 漏报一场”；改某一条说“调整 编号 人数 38 写错了”。"
ADJUST_WHY = "为什么调整？请把原因一起说上，比如“调整 10月 人数 +3 石桥村漏报”。"
ADJUST_NOT_CLOSED = "{period}您单位没有封存，不用调整：下级直接改那一条上报就行。已由上级封存的，请封存的单位来调整。"
ADJUST_SAME = "编号 {number} 本来就是这个数，不用调整。"
ADJUSTED = "记下了：{unit} {period} {name}{amount}，原因：{reason}。汇总里会单列出来。"
