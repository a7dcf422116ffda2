"""What the `circulars` commands say."""

GROUP = "把公文读懂：要素、条目、表格、引用和任务，不用数据库"
READ = "读一个或几个公文文件（txt md html docx pdf），说出读懂了什么。"
JSON = "每个文件一行 JSON"
REFUSED = "{name}：文件标有“{mark}”，不读取内容"
UNREADABLE = "{name}（{place}）：{reason}"
WARNING = "{name}：{warning}"

HEAD = """《{title}》
文号：{number}    发文：{issuer}    日期：{date}
主送：{addressees}"""
ATTACHMENTS = "附件：{names}"
CONTACTS = "联系人：{names}"
COPIES = "抄送：{names}"
SECTIONS = "条目："
TABLE = "表格：{title}（{rows}行，列：{columns}）"
CITATIONS = "引用："
OBLIGATIONS = "任务："
NONE = "无"
NO_TITLE = "（没有标题）"
RELATIONS = {
    "cites": "提到",
    "basis": "依据",
    "issues": "印发",
    "repeals": "废止",
    "replaces": "代替",
    "amends": "修改",
    "postpones": "推迟",
}
