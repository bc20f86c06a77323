"""What quantities are counted in and qualified by, as parts of regular expressions."""

MONEY = (
    "美元|港元|欧元|日元|英镑|人民币|元|块钱|块|yuan|rmb|cny|us dollars|dollars?|usd|euros?|"
    "pounds?|yen|澳元|加元|新元|韩元|卢布|卢比|法郎|克朗|泰铢|比索|兹罗提|"
    "(?:norwegian |danish )?kroner?|(?:swedish )?kron(?:a|or)|(?:swiss )?francs?|"
    "rupees?|rou?bles?|baht|pesos?|zloty"
)
TIME = (
    "分钟|小时|秒钟|秒|个月|个星期|星期|周|天|周年|年|seconds?|minutes?|hours?|days?|weeks?|"
    "months?|years?"
)
MEASURES = (
    "人次|人|名|起|件|个|家|户|条|次|笔|台|套|部|张|枚|处|座|所|位|项|种|类|批|例|宗|份|本|册|只|头|匹|"
    "辆|艘|架|间|栋|幢|层|级|届|场|篇|首|段|句|字|岁|倍|点|公里|千米|米|厘米|毫米|英里|英尺|吨|公斤|千克|"
    "克|斤|平方公里|平方米|亩|公顷|立方米|升|度|万户|万人|组|支|双|对|颗|粒|棵|株|片|块|幅|副|门|口|"
    "团伙|窝点|账户|号码|千瓦时|兆瓦时|千瓦|兆瓦|吉瓦|千伏|千卡"
)
LATIN_MEASURES = (
    "people|persons?|cases?|accounts?|users?|households?|suspects?|individuals?|members?|banks?|"
    "messages?|domains?|clues?|leads?|numbers?|cards?|times|percentage points?|points?|km|"
    "kilometers?|kilometres?|metres?|meters?|miles?|feet|tons?|tonnes?|kg|kilograms?|grams?|"
    "(?:square|cubic) (?:kilo)?met(?:er|re)s?|lit(?:er|re)s?|acres?|hectares?|degrees?|"
    "victims?|students?|employees?|items?|[kmgt]wh?|(?:kilo|mega|giga)watts?(?:[- ]hours?)?"
)
SCALES = (
    "万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千(?![瓦米克伏卡])|百|thousands?|millions?|billions?|trillions?|bn|mn|"
    "['’]?000"
)
SYMBOLS = (
    "mm|cm|dm|km|m|ha|mg|kg|g|kt|mt|t|ml|dl|hl|l|[kmgt]?wh?|kw·h|k?v|a|hz|k?pa|hpa|mb|db|°[cf]|"
    "[kcdmh]?m[²³23]|teu|pp|pct|ppm|‰"
)
OTHER_MEASURES = (
    "亿瓦时|瓦|平方千米|立方千米|标准箱|标箱|箱|羽|尾|株|担|件次|车次|架次|班次|人天|"
    "cubic (?:cm|km|m|feet|met(?:re|er)s?|kilomet(?:re|er)s?)|"
    "square (?:km|m|feet|met(?:re|er)s?|miles)|visits?|visitors?|passengers?|trips?|vehicles?|"
    "births?|deaths?|barrels?|bushels?|tons?|bags?|heads?|vessels?|units?|copies"
)
"""What the head of a column may count in as well, where it stands in brackets."""

LATIN_UNITS = rf"{LATIN_MEASURES}|{MONEY}|{TIME}"
BEFORE = (
    "不超过|不少于|不低于|不多于|至多|最多|近|将近|接近|超|超过|超出|约|大约|约为|逾|多达|高达|至少|不到|不足|突破|仅|nearly|almost|about|"
    "around|approximately|over|no more than|not more than|more than|at least|at most|no less than|"
    "not less than|within|up to|some|fewer than|less than|under"
)
AFTER = "余|多|来|以上|以下|左右|上下|以内"
DIGITS = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
HAN_DIGITS = "〇零一二两三四五六七八九十百千"
