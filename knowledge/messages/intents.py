"""Decides what a message wants: report, plan, question, command, notice, acknowledgement or chat."""

import re

from knowledge.gates import rule
from knowledge.messages.kinds import Kind
from knowledge.messages.passage import Passage

#: never tried in another way: thirty spaces before a word would take minutes
_EMPTY = re.compile(r"^(?:\[[^\]]{1,6}\]|【(?:图片|照片|视频|语音|表情)】|[^\w\u4e00-\u9fff])*+$")
#: one way to read each word, as far as can be: 「嗯嗯嗯…」 of thirty letters took a minute and a half
_ACK = re.compile(
    r"^(?:收到+|好的?|好嘞|好哒|好滴|好咧|嗯+|哦+|噢|行|可以|中|要得|得行|知道了?|晓得了?|明白了?|了解|OK|ok|"
    r"Ok|1|２|遵命|没问题|已阅|阅|已知悉|知悉|已收到|已[报交发填传办]|收悉|照办|马上办|谢谢|多谢|感谢|辛苦了?|对的?|是的?|没错|"
    r"嗯嗯|👌|👍|🙏|🌹|哦哦|好吧|行吧|行嘞|妥|妥了|得嘞|成|懂了|安排|立即落实|抓紧落实|马上落实|落实|"
    r"按要求落实|会的|必须的|1、?已?收到|\+1|roger)"
    r"(?:[，,。.!！~～、 ]*+(?:收到++|好的?+|嗯|谢谢|多谢|感谢|辛苦|知道了?+|明白|主席|主任|书记|领导|老师|姐|您|"
    r"你|了|啦|哈|呢|的|大家|镇|村|社区|妇联|我们|我|马上|立即|会|就|去|办|落实|安排|按时|按要求|完成|参加|"
    r"(?:(?![村姐])[一-龥]){2,3}(?:姐|村)|哦|噢|呀|啊|们|及时|尽快|照做|转发|一定|准时|看到了|通知|已|传达|👌|👍|🙏|🌹|💐|"
    r"😊|OK|ok|\[[^\]]{1,4}\]))*[，,。.!！~～ 👌👍🙏🌹💐😊❤️🤝💪]*$"
)
_NOTICE = rule(
    r"@所有人|@全体|收到请?回复|请(?:各|大家|全体)[^。]{0,30}(?:参加|报送|上报|准时|按时|通知|转发|填|做好|"
    r"务必|于)|^(?:【)?(?:紧急)?(?:通知|转发?|会议通知|关于[^，。]{2,40}的?(?:通知|函|通告|公告|倡议))(?:】)?|"
    r"各(?:村|社区|乡镇|镇|街道|县|位)[^。]{0,24}(?:[:：]|请|于|务必|要|须|报|上报|组织|做好|抓紧|前)|"
    r"请于[^。]{2,20}前|不得缺席|不得迟到|请假需|原则上不得请假|特此通知|请遵照执行|务必(?:于|在|准时|按时|"
    r"高度)|〔20\d\d〕|截止时间|逾期|望周知|请转发|请相互转告|现将有关事项"
)
_COMMAND = rule(
    r"^(?:(?:请|麻烦|帮忙|帮我?|给我?|你|小娘家|娘家|机器人|那就?|好[，,]?|对[，,]?|没错[，,]?|请你|麻烦你|"
    r"能不能|可以)?[，, ]*(?:再|先|把|将)?(?:我(?:的|们)?|我们?村(?:的)?|刚才(?:那|的)?[^，。]{0,8}|"
    r"上一?[条次]|上面(?:那)?|这[条个次]|昨天(?:那|的)?[^，。]{0,6}|全部|所有|今年(?:的)?|本月(?:的)?|"
    r"上个?月(?:的)?)?)?(?:(?<![筛检排巡普抽督])查|看一?下|看看|统计一?下|统计|汇总|导出|打印|下载|"
    r"发我一?份|生成|撤回|撤销|作废|删除|删了|删掉|取消|确认提交|确认|提交|保存|菜单|帮助|提醒我|提醒|"
    r"设个?提醒|设置|导成|做个?表|做成|列一?下|列出|列个|我的上报|重新?来|重填|返回|退出|上一步|下一步|跳过|"
    r"催一?下|催办|通知|群发|转发给|发给|改密码|绑定|解绑|订阅|退订|开始上报|上报|报送|归档|算一?下|合计一?下|"
    r"导一?(?:份|个|下)|重发|再发一?遍|暂存|存一?下|存草稿)"
)
#: by itself, because 请 stands in most reports
_COMMAND_ASKED = rule(
    r"(?:帮我|给我|替我|麻烦(?:你)?|请(?:你)?(?:帮)?)[^，。]{0,8}(?:查|导出|统计|汇总|打印|撤回|撤销|删|生成|"
    r"列|提醒|发一?份|做个?表|找|看看|算|存|提交|改)"
)
_COMMAND_IN = rule(
    r"提醒我|(?:记得|到时候?)[^，。]{0,6}提醒|"
    r"(?:汇总|统计|台账|名单|表|记录|数据)[^，。]{0,4}(?:发|传|给)我|导出[^，。]{0,10}(?:表|台账|Excel|excel|名单|数据|记录)|(?:刚才|上一?条|刚刚|前面|上面|那条|这条|"
    r"刚报)[^。]{0,12}(?:撤回|撤销|作废|删掉|删了|不要了|取消)|(?:把|将)[^，。]{1,16}(?:撤回|撤销|作废|导出|"
    r"打印出来|汇总|发给我|发我|导成|整理成|做成|生成)"
)
_QUESTION = rule(
    r"[?？]|吗(?:[，。!！~]|$)|呢(?:[，。!！]|$)|请问|咨询一?下|想问|问一?下|问下|什么(?!都|时候都|也)|几多|"
    r"么子|莫子|哪样|啷个|好多(?=钱|天|岁)|几钱|怎么|咋(?!舞)|如何|哪(?!怕|儿都|里都)|多少|几(?:号|点|时|份|"
    r"个人|天|月|岁|次|户|万|种|张|年)|啥|几个(?=名额|指标|人选|材料)|为什么|是不是|能不能|可不可以|要不要|有没有|行不行|中不中|可以不|"
    r"得不得|对不对|是否|能否|谁|几时|多久|多大|够不够|算不算|该不该|会不会|用不用|还是[^，。]{1,10}(?:的|呀|"
    r"啊)?$|可以[^，。]{0,8}(?:吧|不|么)(?:[，。]|$)|么(?:[，。]|$)|嘛$|不$|没$|没有$"
)
_FUTURE = rule(
    r"(?:明天|明儿|明日|明早|明晚|后天|大后天|后儿|下周|下个?星期|下个?礼拜|下个?月|下旬|月底前|过几天|过两天|"
    r"改天|到时候?|即将|将于|将在|定于|拟于?|拟定|准备(?!了|好了|工作)|打算|(?<!春蕾)(?<!安康)计划(?!生育|外|书|的|表)|预计|预备|寻思着?|"
    r"商量着|想(?:着)?(?:搞|办|开|请|组织|弄|做|在|给|带|去|约|把|让|于)|要(?:搞|办|开展|举办|组织|召开|开个|"
    r"弄|去慰问|请)|安排在|定在|预定|筹备(?!会|了)|争取|月底(?:要|想|打算)|今晚(?:要|准备)|等会儿?|待会儿?|"
    r"一会儿?(?:要|去)|马上要|(?:我们?|咱们?|俺们?|村里|社区|妇联)[^，。]{0,10}(?<![需不重主只想])要(?:去|来|到|给|请|跟|看望|慰问|走访|"
    r"教|发|送|评)(?![^，。]{0,10}了))"
)
_HAPPENED = rule(
    r"[一-龥](?:了|过)(?!吗|没)|共\d|参加\d|来了|去了|已经?|刚(?:才|刚|散|结束)|结束|到会|到场|参加人数|人次|"
    r"的活动|签到|完成|昨|前天|今天|上周|现场|圆满|一场|\d+人|名|顺利"
)
_OTHERS = rule(
    r"(?:隔壁|邻|人家|别的|其他|旁边|对门|他们|兄弟)(?:那个|的)?(?:村|社区|镇|乡|县)|人家[一-龥]{1,4}村|(?:隔壁|"
    r"邻居?)[一-龥]{1,3}(?:村|镇|社区)|(?:隔壁|邻)[一-龥]{1,4}(?:庄|寨|屯|湾|家|沟|坪|坡)|听说[^，。]{1,6}(?:村|"
    r"社区|镇|庄)|看[^，。]{0,4}(?:别|人家|隔壁)"
)
_SELLING = rule(
    r"有没有(?:人)?要[^，。]{1,8}的|谁要[^，。]{1,8}(?:的|吗|[，。]|$)|[0-9一二三五十]+(?:块|元)(?:钱)?[0-9一二三五十]+(?:个|斤|只|盒|箱)|自提|(?:元|块|块钱|毛)[一二三四五六七八九半\d]?(?:一|/|每)?(?:斤|箱|袋|个|份|盒|瓶|只)|包邮|下单|接龙|优惠|特价|促销|打折|团购|有需要的|"
    r"要的(?:私|联系|扣|报|找)|私聊|私信我|加我微信|砍一?刀|帮忙点|点个赞|帮(?:忙|我)?投票?|投(?:我|他|她)?一?票吧|拉票|助力|扫码领|免费领|代理|"
    r"招代理|转让|出售|(?<![外拍义贩变买])卖(?![力萌点场家])|房东直租|现货|到货|预订|新鲜(?:的)?(?:土|自家)|自家(?:种|养|做)"
)
_GREETING = rule(
    r"^(?:[一-龥]{0,6}(?:早上好|早安|上午好|中午好|下午好|晚上好|晚安|你好|您好|大家好|在吗|在不在|新年好|"
    r"新年快乐|节日快乐|生日快乐|快乐|拜年|恭喜|祝福?|祝[您你大]|恭祝|元宵|中秋))"
)
_COMPLAIN = rule(
    r"累死|烦死|气死|热死|忙死|笑死|唉|哎呀|真是的|郁闷|头疼|没意思|太难了|吐槽|受不了|烦人|好烦|心累|怎么又|"
    r"又要(?:报|填|写|开会)|天天(?:报|填|写)|表哥表姐|形式主义"
)
_OF_PEOPLE = frozenset({"人", "名", "位", "户", "人次", "份", "个", "家", "对"})
_BUSY = rule(
    r"组织|开展|参加|来了|去了|到了|学员|妇联|执委|姐妹|妇女|志愿|我们[村组镇]?|咱|俺|社区|村里|村民|居民|老人|孩子|送|发|教|讲|访|查|巡"
)
_SIGNS = re.compile(r"👌|👍|✅|🆗")
_SIGNS_ALONE = re.compile(r"[👌👍✅🆗🙏🌹\s]+")
_OF_A_RECORD = rule(r"(?:把|将)[^，。]{0,10}(?:报的|上报|那条|这条|记录)[^，。]{0,8}(?:改成|改为|换成|删|撤)")
_ASKED_ALSO = rule(r"请问|想问|问一?下|[?？]\s*$|吗[。!！]?$|能不能|可不可以")
_PLANNED = rule(r"打算|准备|计划|拟")
_LEARNT_THERE = re.compile(r"参观|学习|取经|观摩|联合|一起|结对|组织|带(?:着|领)?[^，。]{1,8}去")
_NO_ACTIVITY = rule(r"没(?:有)?(?:搞|开展|办|组织)(?:什么)?活动")
_FOR_A_CAUSE = re.compile(r"参加|义卖|讲座|培训|妇女之家|助农|直播带货培训|活动")
_LAUGHING = rule(r"哈哈|嘻嘻|😂|🤣|笑死")
_DONE = rule(r"了|过|刚|完|[评选]上|一共|共")
_PLANNING = re.compile(r"我们?|咱|俺|本村|我村|村里|社区|准备|打算|计划|定于|定在|拟|寻思|想|将于|预计")
_PLANNING_TO = re.compile(r"准备|打算|计划|寻思|想(?:搞|办|开|请|组织|弄)")
_INTENDS = rule(r"(?:准备|打算|计划|寻思着?|想着?|拟)(?:在|去|带|搞|办|开|请|组织|弄|给|约|让|到|于|\d|把|周|下)")
_OURS = re.compile(r"我们?|咱|俺|带|组织|村|活动|妇")
_CAME = re.compile(r"来了|去了|搞了|办了|开了|参加")
_DOING = re.compile(r"活动|参加|来了|去了|搞|办|开展|发")


def is_empty(text: str) -> bool:
    """Pictures, emoji and signs alone."""
    return not text[:1].isalnum() and _EMPTY.match(text) is not None and not _SIGNS.search(text)


def is_ack(text: str) -> bool:
    """收到, 好的, 1, 👌."""
    return len(text) <= 30 and (_ACK.match(text.strip()) is not None or _SIGNS_ALONE.fullmatch(text) is not None)


def is_notice(text: str, lacks: int = 0) -> bool:
    """A forwarded official notice; `lacks` is what `missing` says of the text, here and below, if that is known."""
    return not _NOTICE.mask & lacks and _NOTICE.search(text) is not None


def is_command(text: str, lacks: int = 0) -> bool:
    """An order to the bot."""
    text = text.strip()
    if not _OF_A_RECORD.mask & lacks and _OF_A_RECORD.search(text):
        return True
    if len(text) <= 40 and not _COMMAND.mask & lacks and _COMMAND.match(text):
        return True
    if not _COMMAND_ASKED.mask & lacks and _COMMAND_ASKED.search(text):
        return True
    return not _COMMAND_IN.mask & lacks and _COMMAND_IN.search(text) is not None


def is_question(text: str, lacks: int = 0) -> bool:
    """Something is asked."""
    return not _QUESTION.mask & lacks and _QUESTION.search(text) is not None


def has_question(text: str, lacks: int = 0) -> bool:
    """A report that ends in a question of its own."""
    return not _ASKED_ALSO.mask & lacks and _ASKED_ALSO.search(text) is not None


def is_future(passage: Passage) -> bool:
    """Something still to come is told of."""
    return not _FUTURE.mask & passage.lacks and _FUTURE.search(passage.said) is not None


def happened(text: str, lacks: int = 0) -> bool:
    """Something is told as done."""
    return not _HAPPENED.mask & lacks and _HAPPENED.search(text) is not None


def decide(passage: Passage, kind: Kind) -> tuple[str, tuple[str, ...]]:
    """The intent of a message without context that is no crisis, and further intents in it."""
    text, lacks = passage.said.strip(), passage.lacks
    if not text or is_empty(text):
        return "chat", ()
    if is_ack(text):
        return "ack", ()
    if is_notice(text, lacks):
        return "notice", ()
    numbers, times = passage.numbers, passage.times
    telling = kind.weight >= 2 or (kind.category is not None and bool(numbers)) or _busy(passage, text)
    counted = bool(numbers) and telling
    if (
        is_command(text, lacks)
        and not (not _PLANNED.mask & lacks and _PLANNED.search(text) and "提醒" not in text)
        and not (counted and times and happened(text, lacks) and len(text) > 24)
    ):
        return "command", ()
    if _rather_chat(passage, text, kind, counted):
        return "chat", ()
    today = passage.ref.date()
    past_days = future_days = False
    for t in times:
        if t.day_given and t.first and not t.before:
            past_days = past_days or t.first <= today
            future_days = future_days or (t.first > today and not t.vague)
    to_come = telling and is_future(passage)
    future = to_come or (future_days and telling)
    told_first = counted and times and times[0].first and times[0].first <= today
    done = (
        past_days and not (future_days and not told_first) and not _DONE.mask & lacks and _DONE.search(text) is not None
    )
    asks = is_question(text, lacks)
    if future and not (done and not to_come):
        if asks and not (_PLANNING.search(text) and (times or _PLANNING_TO.search(text))):
            return "question", ()
        if times or kind.weight >= 2:
            return "plan", ()
    if times and not asks and not done and not _INTENDS.mask & lacks and _INTENDS.search(text) and _OURS.search(text):
        return "plan", ()
    if asks and not (counted and past_days) and not (counted and _CAME.search(text)):
        return "question", ()
    if not counted and not _GREETING.mask & lacks and _GREETING.match(text):
        return "chat", ()
    if telling and (times or numbers or kind.weight >= 3 or happened(text, lacks)):
        if not _is_telling(passage, kind, text):
            return "chat", ()
        return "report", ("question",) if asks and has_question(text, lacks) else ()
    return "chat", ()


def _busy(passage: Passage, text: str) -> bool:
    """Something was done at some time, and people are counted."""
    return (
        bool(passage.times)
        and not _BUSY.mask & passage.lacks
        and _BUSY.search(text) is not None
        and any(n.unit in _OF_PEOPLE for n in passage.numbers)
    )


def _rather_chat(passage: Passage, text: str, kind: Kind, counted: bool) -> bool:
    """Others' doings, goods for sale, laughter and complaints, in which no activity of her own is told of."""
    lacks = passage.lacks
    if not _OTHERS.mask & lacks and _OTHERS.search(text) and not _LEARNT_THERE.search(text):
        return True
    if kind.weight < 3 and not _NO_ACTIVITY.mask & lacks and _NO_ACTIVITY.search(text):
        return True
    if not _SELLING.mask & lacks and _SELLING.search(text) and not _FOR_A_CAUSE.search(text):
        return True
    if not passage.numbers and not _LAUGHING.mask & lacks and _LAUGHING.search(text):
        return True
    return not counted and not _COMPLAIN.mask & lacks and _COMPLAIN.search(text) is not None


def _is_telling(passage: Passage, kind: Kind, text: str) -> bool:
    """A report has a doing; a wish, a joke or weather talk has none."""
    if kind.weight >= 2 or (kind.category and len(passage.numbers) >= 1 and passage.times):
        return len(text) > 4 or bool(passage.numbers)
    if _busy(passage, text):
        return len(text) > 10
    if kind.category and len(text) > 8 and any(n.unit in ("人", "名", "位", "户") for n in passage.numbers):
        return True
    return bool(kind.category and passage.numbers and _DOING.search(text))
