"""What is said about a circular that came in."""

KEPT = "收到《{title}》{number}，已存进文件库，现在谁都能查。"
KEPT_ALREADY = "《{title}》{number}早就在文件库里了，没有重复存。"
NEW_VERSION = "《{title}》{number}是新的版本，已存好，旧版本还能查到。"
NUMBER = "（{number}）"
CLASSIFIED = "这份材料标着“{mark}”，不能放进来，我没有保存。请按保密规定处理。"
ONLY_OFFICIALS = "看着像一份文件。存文件、下任务要由乡镇以上妇联来做，您可以把它转给上级。想问里面的内容，直接问就行。"
NO_DUTIES = "里面没看出要下级办、下级报的事。"
NOTHING_LEFT = "没有剩下要下发的了。"
FOUND = "拆出{count}件要办的事，一件一件给您看，您点头才下发："
HANDED_BEFORE = "（已经下发过的{count}件不再提。）"
PAST_COUNT = "（另有{count}件日子已过，没有列。）"
PROPOSAL = "第{index}件（共{count}件）"
TENTATIVE = "（原文是“拟”，日子可能还会变）"
NO_DEADLINE = "原文没有写到哪天。要下发请说个日子，比如“12月10日前”；不要就回“不要”。"
CONFIRM = "下发"
SKIP = "不要"
SKIP_ALL = "都不要"
DONE = "这份文件看完了：下发{made}件，不要{skipped}件。"
LEFT_FOR_LATER = "好，先到这里：下发了{made}件，还有{left}件没看。想接着看，说“拆任务 {number}”。"
AGAIN = "《{title}》{number}："
AGAIN_HOW = "要拆哪份文件？说文号就行，比如“拆任务 81号文”；不在库里的，把全文粘贴给我。"
NOT_KEPT = "文件库里没找到“{said}”。请核对文号，或者把全文粘贴给我。"
NO_ORIGINAL = "《{title}》没有存原文，拆不了任务。请把全文粘贴给我。"
OPEN_WHAT = "看文件"
HANDED_DOWN = "已下发给{count}个单位。"
HANDED_DOWN_AT = "已下发给{count}个单位，现在太晚，早上八点通知她们。"

# -- what it changes about duties --
APPLY, LEAVE, LEAVE_ALL = "照改", "不改", "都不改"
CHANGES_FOUND = "这份文件改了已经下发的任务，共{count}处。一处一处给您看，您点头才改："
CHANGES_WAITING = "有{count}处文件改动等您点头，一处一处看："
CHANGES_NONE = "没有等着您点头的改动。"
CHANGES_DONE = "改动看完了：照改{changed}处，不改{left}处。"
CHANGES_LATER = "好，先不改。还有{left}处没看，想接着看说“看改动”。"
CHANGE_HEAD = "第{index}处改动（共{count}处）"
CHANGE_CARD = """任务：{title}
原来：{was}（{rests_on}）
改为：{now}（{number}）
{concerned}
原文：“{evidence}”
您点头前什么都不改。"""
CHANGE_HOW = "日子不对就直接说，比如“改到12月15日”。"
CHANGE_DUE = "{when}到期"
CHANGE_ENDED = "已经停了"
CHANGE_PERIOD = "{days}这一期"
CHANGE_OFF = "不用办了"
CHANGE_PERIOD_OFF = "这一期不用报，以后各期照旧"
CHANGE_BACK = "改它的文件作废了，恢复原来的要求"
CHANGE_NO_DAY = "推迟，原文没写新的日子"
NO_DAY = "没写日子"
CHANGE_CONCERNS = "还没报的{open}个单位照新的办。"
CHANGE_FREES = "还没报的{open}个单位不用再报。"
CHANGE_SPARES = "已经报了的{done}个不受影响，也不打扰。"
CHANGE_OWED_AGAIN = "原来停掉时没报的单位要重新办。"
CHANGE_NOT_HANDED_DOWN = "这件事还没下发，改的是等您看的那一条。"
CHANGE_TOLD = "改好了：{title}，已通知{count}个还没报的单位。"
CHANGE_TOLD_AT = "改好了：{title}，现在太晚，早上八点通知{count}个还没报的单位。"
CHANGE_DONE = "改好了：{title}。"
CHANGE_ALREADY = "这一处已经改过了，没有重复改。"
CHANGE_GONE = "这件任务已经停了，不用改。"
CHANGE_OVERTAKEN = "后来的文件已经改过这一处，这条不再改。"
CHANGE_SAY_DAY = "原文没写推迟到哪天。知道了就说日子，比如“12月10日前”；还不知道就回“不改”，等通知来了再说“看改动”。"
CHANGE_PAST = "{date}已经过去了。请说一个今天以后的日子，或者回“不改”。"
CHANGE_TO_END = "不办了请先回“不改”，再说“停任务”。"
CHANGE_ONLY = "这里只能改日子和数量。照原文改回“照改”，不改回“不改”。"
CHANGED = "改好了。"
EARLIER = "原来的文件"
UNMATCHED = {
    "not_kept": "“{said}”——文件库里没有{number}，不知道改的是哪件任务。先把原文件发给我，再发一遍这份。",
    "no_duty": "“{said}”——{number}还没有下发过任务，没有要改的。要下发，说“拆任务 {number}”。",
    "others": "“{said}”——{number}的任务是别的单位下发的，要由她们来改。",
    "none_meant": "“{said}”——没对上是哪件任务。要改就发“任务列表”，再说“改任务 1 某月某日前”。",
    "past": "“{said}”——说的日子已经过了，没有要改的。",
    "same": "“{said}”——任务已经是这样，不用改。",
}
UNMATCHED_NEW = "“{said}”——没对上已下发的任务，当一件新的给您看。"
OTHERS_TOLD = "（另有{count}处改的是别的单位下发的任务，已经告诉她们。）"
