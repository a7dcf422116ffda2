"""What `niangjia library` says."""

LIBRARY = "文件库：导入、查找、查看。"
IMPORT = """导入文件和文件夹（txt md html docx pdf，以及 .jsonl[.gz] 记录）。同一份文件再导入不会有变化。

装好时库里没有法律条文，要自己放：从国家法律法规数据库（flk.npc.gov.cn）下载 Word 版，一部法一个文件，整个文件夹一起导入就行，
“第几条”会自动认出来；文件名或第一行要有法律名称，题注里的日期当作版本。成批的记录一行一条：
{"id", "title", "article": "第三条", "text", "version": "2022-10-30", "chapter", "scope": "local", "region": "浙江省"}，
地方的规定写 scope 和 region，当地人问的时候排在前面。
"""
SEARCH = "查找：给一句话，或用 --batch 给一个问题文件。"
SHOW = "查看一份文件：按文号或标题。"
OPTION_JSON = "每行输出一个 JSON 对象"
OPTION_BATCH = '问题文件，每行 {"id", "query"}'
OPTION_LIMIT = "最多几条（默认 10）"
OPTION_SCOPE = "文件属于哪个单位（单位路径）；不给就是通用"
OPTION_REGION = "您在哪里（如 浙江），当地规定排在前面"

STATUS = {"new": "已收录", "new_version": "已收录新版本", "unchanged": "没有变化", "refused": "不收录"}
IMPORTED = "{status}：{file} {number}{title}"
WARNING = "    注意：{text}"
AMENDS = "    改了已下发的任务{count}处，已告诉下发的单位，等她们点头才改。"
UNREADABLE = "读不了：{file}（{place}）：{reason}"
RECORDS = "已导入记录 {records} 条：新增 {new} 份文件，{unchanged} 份没有变化"
IMPORTING = "导入"
RENEWING = "程序更新了，正在重建索引"
NOT_FOUND = "没有找到：{number}"
NOTHING = "没有找到能回答的内容。"
NO_QUERY = "请给一句要查的话，或用 --batch 给一个问题文件"
BAD_LINE = "第{line}行读不懂：要有 id 和 query"
HIT = "{at}. {title}{number} {place}{validity}"
VALIDITY = {"in_force": "", "replaced": "〔已有新版本〕", "repealed": "〔已废止〕"}
SHOWN = "{title}\n文号：{number}　发文：{issuer}　日期：{issued_on}　{validity}"
