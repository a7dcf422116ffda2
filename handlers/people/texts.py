"""What imports of units and people say."""

LINE = "第{line}行：{problem}"
NO_COLUMN = "表头缺少“{column}”这一列（需要：{columns}）"
EMPTY_VALUE = "“{column}”是空的"
BAD_LEVEL = "级别“{value}”不认识，应为：省、市、县、乡镇、村"
NO_PARENT = "上级编码“{value}”在表里和系统里都没有"
NO_UNIT = "单位编码“{value}”在系统里没有，请先导入单位"
BAD_ROLE = "职务“{value}”不认识，应为：妇代会主任、妇联主席、干事、执委、妇女小组长、管理员"
BAD_PHONE = "电话“{value}”不像手机号"
SAME_CODE = "编码“{value}”在表里出现了两次"
CIRCLE = "上级编码“{value}”绕成了圈"
NOT_A_TABLE = "读不出这个表：{reason}。请用 csv（UTF-8 或 GBK）或 xlsx。"
NOTHING = "表里没有数据行。"
UNITS_DONE = "单位：新增{added}，更新{changed}，不变{same}。"
PEOPLE_DONE = "人员：新增{added}，更新{changed}，不变{same}。"
FAILED = "有{count}处问题，一条都没有导入："
INVITED = "{name}\t{unit}\t{code}"

LEVELS = {
    "省": "province",
    "市": "city",
    "县": "county",
    "区": "county",
    "县区": "county",
    "乡镇": "township",
    "乡": "township",
    "镇": "township",
    "街道": "township",
    "村": "village",
    "社区": "village",
    "province": "province",
    "city": "city",
    "county": "county",
    "township": "township",
    "village": "village",
}
ROLES = {
    "妇代会主任": "congress_head",
    "村妇联主席": "congress_head",
    "妇联主席": "chair",
    "主席": "chair",
    "副主席": "officer",
    "干事": "officer",
    "执委": "executive_member",
    "妇女小组长": "group_leader",
    "管理员": "operator",
    "congress_head": "congress_head",
    "chair": "chair",
    "officer": "officer",
    "executive_member": "executive_member",
    "group_leader": "group_leader",
    "operator": "operator",
}
UNIT_COLUMNS = {"编码": "code", "名称": "name", "级别": "level", "上级编码": "parent_code", "类型": "kind"}
PEOPLE_COLUMNS = {"姓名": "name", "电话": "phone", "单位编码": "unit_code", "职务": "role", "称呼": "title"}
OPTIONAL = ("类型", "称呼")
