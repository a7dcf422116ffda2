"""What is said about broadcasts."""

HOW = "要发什么？请这样说：群发 明天上午九点镇里开会，请准时参加"
PREVIEW = """要发给{who}，共{count}人{skipped}：
——
{text}
——
确认请回人数“{count}”；不发回“取消”。"""
SKIPPED = "（另有{count}人没有绑定，收不到）"
WHO_ALL = "{unit}辖区的妇联干部"
WHO_VILLAGE = "{unit}辖区各村（社区）妇代会主任"
WHO_TOWNSHIP = "{unit}辖区各乡镇（街道）妇联"
WHO_COUNTY = "{unit}辖区各县区妇联"
WHO_MISSING = "还没报“{title}”的单位"
NOBODY = "辖区里没有能收到的人，没有发。请先让大家用邀请码登记。"
WRONG_COUNT = "人数对不上：要发给{count}人。确认请回“{count}”，不发回“取消”。"
STARTED = "开始发了，编号 {code}。发“群发进度 {code}”看谁收到、谁没收到。"
CANCELLED = "好，没有发。"
TOO_LONG = "这条有{length}个字，超过{limit}字，手机上要翻好几屏。请缩短，或者把文件发给我来转发。"
FOOTER = "\n——{unit}，看到请回“收到”"
ACKNOWLEDGED = "好的，已记下您收到了。"
NOTHING_TO_ACKNOWLEDGE = "好的。有活动要报、有政策要问，直接说就行。"
PROGRESS = """群发 {code}：共{planned}人，已发{sent}，没发成{failed}，跳过{skipped}，还在发{waiting}；回“收到”{acknowledged}人。"""
NOT_YET = "还没回收到的：{names}"
NO_SUCH = "没有编号 {code} 的群发，或者不在您的辖区。"
OPEN_WHAT = "群发"
RECEIVED = "收到"
