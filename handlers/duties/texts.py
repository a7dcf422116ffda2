"""What is said about duties. Plain words, no ranking, nobody is scolded."""

MINE_HEAD = "您还有{count}件事："
MINE_LINE = "{index}. {title}——{when}（{rests_on}）{progress}"
MINE_NONE = "没有欠的任务，都办好了。"
MINE_FOOT = "办好了直接说一句就行，我来对上。"
DUE_TODAY = "今天到期"
DUE_IN = "{date}到期，还有{days}天"
OVERDUE = "{date}已到期"
PROGRESS = "，已报{got}，还差{left}"
NO_NUMBER = "无文号"

STANDING_HEAD = "{unit}，近期任务："
STANDING_LINE = "{index}. {title}（{rests_on}，{date}到期）：应报{expected}，已报{done}，没报{open}"
STANDING_NONE = "近期没有到期的任务。"
STANDING_FOOT = "看名单说“谁没报 1”。"
MISSING_HEAD = "《{title}》还没报的（{count}个）："
MISSING_LINE = "{unit} {name} {phone}"
MISSING_MORE = "……还有{count}个，发“谁没报 {index} 全部”看全部。"
MISSING_NONE = "《{title}》都报了。"
NO_SUCH_DUTY = "没有第{index}件任务。发“谁没报”看看。"

MAKE_HOW = "下发任务请这样说：下发任务 每村办1场反家暴讲座，12月10日前，依据青和妇〔2026〕31号"
ASK_DEADLINE = "这件任务哪天到期？说个日子，比如“12月10日前”或“每月25日”。"
ASK_BASIS = "依据哪份文件？请说文号；没有文件就说“无文号”。"
NOT_A_BASIS = "没看出文号。请照“某妇〔2026〕12号”的样子说；没有文件就说“无文号”。"
PAST_DEADLINE = "{date}已经过去了。请说一个今天以后的日子。"
NOT_A_DEADLINE = "没听明白哪天到期。可以说“12月10日前”“月底前”“每月25日”。"
ASK_WHO = "发给谁？"
CARD = """请看这样下发对不对：
任务：{title}
谁来办：{who}（{count}个）
到期：{when}
依据：{rests_on}
算完成：{quota}
确认前什么都不会发出去。"""
CARD_EVIDENCE = "原文：“{evidence}”"
CONFIRM = "下发"
DROP = "不下发"
ALL_BELOW = {"village": "各村（社区）", "township": "各乡镇（街道）", "county": "各县区"}
QUOTA_ANY = "报一次相关活动"
QUOTA = "报{min}次{what}"
HANDED_DOWN = "已下发给{count}个单位，到期前会自动提醒没报的。发“谁没报”随时看。"
DROPPED = "好，这条不下发。"
NOBODY = "您的辖区里没有要办这件事的单位，没有下发。请换个范围。"
OUTSIDE = "这个范围不在您的辖区里，没有下发。"
NOTICE = "新任务：{title}\n{when}到期，依据{rests_on}。\n办好了直接跟我说一句就行。"
OPEN_WHAT = "下发任务"
EVERY = "每次 {rule}"
ALREADY = "这条任务已经下发过了。"
