"""What is said about broadcasts."""

HOW = "要发什么？这样说：群发 明天上午九点镇里开会，请准时参加\n只发给一部分人：群发给各村 ……、群发给松陂镇各村妇代会主任 ……、群发给没报八防的 ……"
PREVIEW = """要发给{who}，共{count}人（{channels}）：
——
{text}
——{notes}
确认请回人数“{count}”；要晚点发，说“明天上午八点发”；不发回“取消”。"""
CHANNELS = {"wechat": "微信", "wecom": "企业微信", "telegram": "Telegram", "chat": "聊天页"}
CHANNEL = "{name}{count}人"
NOTE_UNREACHABLE = "\n另有{count}人没有登记，收不到。"
NOTE_WAIT = "\n微信里有{count}人两天没说过话，要等她下次开口才收得到。"
NOTE_COST = "\n要用掉微信{count}条主动消息（每人两天内最多5条）。"
NOTE_PHOTOS = "\n带{count}张照片。"
NOTE_AT = "\n定在{when}发。"
NOTE_NIGHT = "\n现在是休息时间，先定在{when}发，免得吵醒大家。要是急事，回“现在就发 {count}”。"
NOTE_SECOND = "\n超过{limit}人，确认后还要本单位另一位同志同意才发。"
WHO_ALL = "{unit}辖区的妇联干部"
WHO_MISSING = "还没报“{title}”的单位"
NOBODY = "没有能收到的人，没有发。请先让大家用邀请码登记，或者换个范围。"
NO_SUCH_PLACE = "在您的辖区里没有找到“{name}”。请写全名，比如“松陂镇”。没有发。"
OUTSIDE = "“{name}”不在您的辖区里，不能发。请换个范围。"
NO_SUCH_DUTY = "没有找到还有人没报的任务“{what}”。发“谁没报”看看都有哪些。"
NO_CIRCULAR = "文件库里没有找到“{what}”。请核对文号。"
CIRCULAR_BODY = "请看文件《{title}》{number}。想看内容，把“{ask}”发给我就行。"
WRONG_COUNT = "人数对不上：要发给{count}人。确认请回“{count}”，不发回“取消”。"
STARTED = "开始发了，编号 {code}。发“群发进度 {code}”看谁收到、谁没收到。"
SCHEDULED = "好，{when}发，编号 {code}。不发了说“取消群发 {code}”。"
AWAITING = "已交给{names}同意，编号 {code}。同意后才发。"
NO_SECOND = (
    "超过{limit}人要本单位另一位同志同意，可是本单位没有登记别的同志，没有发。请缩小范围，或者先让另一位同志登记。"
)
ASK_SECOND = "{name}要群发给{count}人：\n——\n{text}\n——\n同意请回“同意群发 {code}”，不同意回“不同意群发 {code}”。"
APPROVED = "已同意，开始发了，编号 {code}。"
APPROVED_OTHER = "{name}已同意，编号 {code} 开始发了。"
REFUSED = "已记下不同意，编号 {code} 不发。"
REFUSED_OTHER = "{name}不同意，编号 {code} 没有发。"
NOT_OWN = "自己的群发要另一位同志同意，您不能自己同意。"
NOTHING_TO_APPROVE = "没有等您同意的群发 {code}。"
CANCELLED = "好，没有发。"
CANCELLED_CODE = "编号 {code} 已取消，一条都没有发出去。"
TOO_LATE = "编号 {code} 已经发出去了。要收回说“撤回群发 {code}”，要更正说“更正群发 {code} 新的内容”。"
RECALLED = (
    "编号 {code} 已收回：还没发的{stopped}条不再发。已经看到的有{seen}人：{names}\n要更正说“更正群发 {code} 新的内容”。"
)
RECALLED_NONE = "编号 {code} 已收回，一个人都没有看到。"
CORRECTED = "更正发给已经看到旧内容的{count}人，编号 {code}。"
CORRECTION = "更正：之前那条“{old}”作废，以这条为准：\n{text}"
CORRECT_HOW = "请这样说：更正群发 {code} 新的内容"
PAST = "{when}已经过去了。请说一个今后的时间，比如“明天上午八点发”。"
IMPOSSIBLE = "没有{said}这一天。请再说一次什么时候发，比如“明天上午八点发”。"
QUIET = "{when}太早或太晚，大家在休息。请说早上八点到晚上八点之间的时间。"
TOO_LONG = "这条有{length}个字，超过{limit}字，手机上要翻好几屏。请缩短，或者用“群发文件 文号”。"
FOOTER = "\n——{unit}，看到请回“收到”"
ACKNOWLEDGED = "好的，已记下您收到了。"
ACKNOWLEDGED_ALREADY = "前面已经记过您收到了，不用再回。"
NOTHING_TO_ACKNOWLEDGE = "好的。有活动要报、有政策要问，直接说就行。"
PROGRESS_AWAITS = "群发 {code}：还在等另一位同志同意，没有开始发。"
PROGRESS_LATER = "群发 {code}：定在{when}发，还没开始。不发了说“取消群发 {code}”。"
PROGRESS_SOON = "群发 {code}：正在排名单，过一会儿再看。"
PROGRESS = "群发 {code}：共{planned}人，已发{sent}，没发成{failed}，跳过{skipped}，还在发{waiting}；回“收到”{acknowledged}人，打开看过{read}人，报了的{reported}人。"
REASONS = {
    "no_channel": "没有登记",
    "window_closed": "两天没说话",
    "recalled": "收回",
    "gone": "取消了关注",
    "cancelled": "取消",
    "doubt": "不知道到没到",
    "time-out": "网络不通",
    "connect": "网络不通",
}
SKIPPED_WHY = "没发成或跳过的：{reasons}"
RELAYED = "转到群里的：{count}人回了"
NOT_YET = "还没回收到的：{names}"
NO_SUCH = "没有编号 {code} 的群发，或者不在您的辖区。"
REASON_OTHER = "平台没有收"
DEAD_NONE = "都发出去了，没有剩下的。"
DEAD_HEAD = "没发出去的有{count}条："
DEAD_LINE = "{number}　给{name}：“{text}”（{why}）"
DEAD_MORE = "\n……另有{count}条"
DEAD_HOW = "\n再发一次说“重发 {number}”，都要再发说“重发 全部”。"
DEAD_NO_OTHERS = "别的都发出去了。"
DEAD_CONFIDENTIAL = (
    "\n另有{count}条求助方面的没确认送到，这类不会自动重发，只有经办的同志看得到是哪条，请她们当面或打电话联系。"
)
DEAD_CASE_UNSURE = "\n求助 {number} 的提醒不知道{name}收到没有。您可以直接看：“求助 {number}”；要再提醒她一次，说“再提醒求助 {number}”。"
DEAD_CASE = (
    "\n求助 {number} 的提醒没有送到{name}。您可以直接看：“求助 {number}”；要再提醒她一次，说“再提醒求助 {number}”。"
)
CASE_UNSURE = "求助 {number} 的提醒没能确认送到{name}，请您看一下：回“求助 {number}”（查看会留记录）。"
CASE_OPEN = "求助 {number}"
CASE_NOT_HERS = "没有这条求助，或者不归您办。"
CASE_REMINDED = "好，再提醒{names}一次。"
CASE_ARRIVED = "求助 {number} 的提醒都送到了，没有再发。"
RESENT = "{count}条已重新排上，马上再发。"
RESENT_NONE = "没有这个编号的，或者已经发出去了。发“没发出去的”看看。"
RESENT_NO_CHANNEL = "{names}现在没有能收到的号，请先让她用邀请码重新登记。"
OPEN_WHAT = "群发"
OPEN_QUESTION = "等您回人数"
RECEIVED = "收到"
LIST_HEAD = "最近的群发："
LIST_LINE = "{code} {when} {text}（{planned}人，收到{acknowledged}）"
LIST_NONE = "还没有群发过。" + HOW

RELAY_CARD = (
    "把下面这段转到您的群里：\n——\n{text}\n看到的请加“娘家”，发 {code} 给它。\n——\n谁回了说“接龙进度”就看得到。"
)
RELAY_NONE = "没有可以转的通知。"
RELAY_TAKEN = "收到了，谢谢。"
RELAY_AGAIN = "您已经回过了，谢谢。"
RELAY_PROGRESS = "“{text}”：群里有{count}人回了。"

GROUP_HOW = "建一个组这样说：建组 骨干 王秀兰 李玉芬"
GROUP_MADE = "组“{name}”有{count}人：{names}。群发时说“群发给{name} ……”。"
GROUP_UNKNOWN = "在您的辖区里没有找到：{names}。其他人没有动，请核对姓名再说一次。"
GROUPS = "您的组：{names}"
GROUPS_NONE = "还没有组。" + GROUP_HOW
