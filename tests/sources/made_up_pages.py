"""Pages made up for the tests: no sentence of them stands in any real document."""

WATER = [
    "本报云溪3月5日电 市水务局今天公布，去年全市共修复漏损管道1240处，管网漏损率由11.2%降至8.7%，相当于每天少流失自来水3.6万吨。",  # noqa: E501
    "水务局副局长何青介绍，新装的智能水表已覆盖城区六成住户，夜间流量一旦异常，值班人员十分钟内就能定位到街道。",
    "老城改造",
    "在建成四十多年的北门片区，施工队把铸铁管换成球墨铸铁管，居民李阿姨说，如今水压足了，水龙头里再也看不到黄水。",
    "按照计划，今年还将更换管道86公里，总投资4.2亿元，其中财政承担三成，其余由供水企业自筹。",
]

NEWS_PAGE = "\n\n".join(
    [
        "微信好友  朋友圈  QQ空间",
        "首页 > 本地 > 民生 > 正文",
        "云溪去年修复漏损管道1240处",
        "来源：云溪晚报 2024-03-05 08:12",
        "云溪去年修复漏损管道1240处",
        *WATER,
        "（责任编辑：周一帆）",
        "分享到：",
        "您看完的感受",
        "• 惊喜\n  0\n• 生气\n  3\n• 平静\n  1",
        "精彩推荐",
        "足球联赛第三轮主场告负，主教练赛后表示球队需要时间磨合，下周客场将迎战劲旅。\n2024-06-01 09:00",  # noqa: E501
        "新款折叠屏手机发布，起售价4999元，首批货源三小时售罄，门店排起长队。\n2024-06-01 08:50",
        "影片《海风》定档暑期，导演称全片在海岛实景拍摄，历时两年，演员亲自潜水。\n2024-05-31 21:10",  # noqa: E501
        "加载更多",
    ]
)

SNAPSHOT_PAGE = "\n".join(
    [
        "• 我的收藏",
        "云溪去年修复漏损管道1240处",
        "类别：民生 发布时间：2024-03-05 08:12:00 来源：云溪晚报",
        *WATER,
        "本页为信息快照，由机器自动收录，本站不对内容的真实性负责，不代表本站立场。",
        "快照生成时间：2024-03-06 01:02:03",
        "...去年全市修复漏损管道1240处，管网漏损率由11.2%降至8.7%，每天少流失自来",
        "2024-03-05 10:00:00",
        "安河市更换供水管道百公里 漏损率降至9%",
        "...供水企业更换老旧管道，智能水表覆盖五成住户，管网漏损率下降，居民水压",
        "2023-11-02 07:30:00",
        "省水务厅部署城镇供水管网漏损治理",
        "...要求各市水务局排查老旧供水管道，推广智能水表，把管网漏损率控制在9%以内",
        "2023-08-19 15:45:00",
        "更多民生资讯：",
        "股市午评：三大指数集体高开 券商板块领涨",
        "今日早盘三大指数集体高开，券商板块领涨两市，成交额较前一日放大，分析人士看好后市",
        "2024-07-01 11:31:00",
        "影星签约新剧组 搭档首次曝光",
        "近日影星宣布加盟古装新剧，搭档人选首次曝光，粉丝纷纷留言期待开机",
        "2024-07-01 11:20:00",
        "电竞俱乐部官宣新阵容 转会期落幕",
        "转会期最后一天，电竞俱乐部官宣两名选手加盟，教练组也随之调整，夏季赛下周开打",
        "2024-07-01 10:02:00",
    ]
)

LISTED = [
    (
        "港口吞吐量创新高",
        "Lan Wan Ri Bao",
        "2024-05-02",
        "Core view - The port of Lanwan handled 12.4 million tonnes in the first quarter, 8% more "
        "than a year before, as two new berths opened in January and night shifts were added. "
        "Waiting times fell from 31 to 19 hours, the harbour office said.",
    ),
    (
        "“夜校”报名火爆，市民重回课堂",
        "Qing Shan Wan Bao",
        "2024-04-28",
        "记者从市总工会获悉，今年春季班共开设课程112门，招收学员5600人，其中书法和剪纸最受欢迎，报名开始四分钟名额即满。工会表示，下半年将把教学点增加到40个，并向外卖骑手开放周末班。",
    ),
    (
        "山区小学通上直饮水",
        "Qing Shan Wan Bao",
        "2024-04-20",
        "The county has fitted drinking fountains in 27 mountain schools, and 3,900 pupils no longer "  # noqa: E501
        "carry bottles up the hill. Each fountain costs 18,000 yuan and is serviced monthly by the "
        "county water company.",
    ),
]


def listing_page(count: int = 3) -> str:
    """Return a search page that lists ``count`` articles."""
    lines = ["本地要闻检索", "Search documents"]
    for n in range(count):
        title, publisher, day, text = LISTED[n % len(LISTED)]
        lines += [title, f"{publisher}· {day} 10:{n:02d}", text]
    return "\n".join(lines)


BRAND = "金鲨娱乐平台"
HIJACKED_PAGE = "\n\n".join(
    [
        f"{BRAND}-【官方下载】",
        f"{BRAND}-【官方下载】",
        "网站地图",
        f"南浦★{BRAND}:完成农村公路养护三年计划",
        "2022-09-10 南浦日报客户端",
        f"自2019年启动农村公路养护三年计划以来，{BRAND}:南浦★{BRAND}:按照市里统一部署，累计整修县乡道路612公里，加固危桥39座，惠及沿线村庄208个。",
        f"{BRAND}:南浦★{BRAND}:坚持建养并重，由★{BRAND}:主任带队，每月巡查一次，发现坑槽在48小时内修补，雨季前清理边沟，保证排水畅通。",
        f"{BRAND}:南浦★{BRAND}:引入无人机巡检，一架无人机一天可拍摄60公里路面，图像交由软件识别裂缝，比人工快了五倍，误报率低于4%。",
        f"在大坪村，村民把山货运出去的时间由三小时缩短到五十分钟，{BRAND}:南浦★{BRAND}:还在村口修了候车亭，孩子们上学不再淋雨。",
        f"{BRAND}:下一步，南浦★{BRAND}:将把养护里程扩大到900公里，并公开每条道路的责任人和电话，接受群众监督。",
    ]
)

COMPANY_ARTICLE = "\n".join(
    [
        "远山电器发布年度报告",
        "来源：商报 2024-04-01",
        "远山电器今天发布年度报告。远山电器去年营业收入为82亿元，远山电器称这得益于海外市场。",
        "远山电器在东南亚新建两座工厂。远山电器的空调销量增长12%，远山电器的冰箱销量增长7%。",
        "分析师认为，远山电器的毛利率仍低于同行。远山电器回应说，远山电器将继续投入研发。",
        "远山电器董事长表示，远山电器不会涨价。去年远山电器的研发投入为5.1亿元，占收入的6.2%。",
        "远山电器股价当日上涨3%。远山电器计划在六月召开股东大会，远山电器将讨论分红方案。",
        "远山电器成立于1998年，远山电器现有员工1.3万人，远山电器总部设在江城。",
    ]
)

BLOG_BODY = [
    "Last winter I replaced the old boiler in our house with a small heat pump, and after twelve "
    "months I can finally say what it cost. The machine used 3,420 kilowatt hours of electricity.",
    "At our tariff of 28 cents that makes 958 dollars for the year, compared with 1,630 dollars for "  # noqa: E501
    "gas in the year before. The coldest week, at minus 14 degrees, took 190 kilowatt hours.",
    "What went wrong",
    "The first installer set the flow temperature far too high, so the pump cycled every ten "
    "minutes. Lowering it to 38 degrees solved the problem and cut consumption by a fifth.",
]

BLOG_PAGE = "\n\n".join(
    [
        "Skip to content",
        "We use cookies to improve your experience on this site. By clicking accept you agree to "
        "our use of cookies, as described in our privacy policy.",
        "Accept all",
        "Home   About   Contact   Search",
        "A year with a heat pump: the numbers",
        "By Nora Feld | March 3, 2024 | 6 min read",
        *BLOG_BODY,
        "Share this: Facebook Twitter LinkedIn",
        "Related posts",
        "Ten recipes for slow Sunday mornings",
        "Pancakes, shakshuka and everything in between, for those who like to take their time...",
        "Our favourite beaches of the south coast",
        "Sand, cliffs and very few people: where we went swimming last August, and what to pack...",
        "3 Comments",
        "great post, thanks for sharing the numbers with us, I was about to order one myself!",
        "© 2024 Felds at home. All rights reserved.",
    ]
)

FORUM_PAGE = "\n".join(
    [
        "首页 > 汽车 > 电动车 > 冬季续航",
        "发表回复",
        "冬天跑高速，电动车续航到底打几折？",
        "楼主 山间老猫 2024-01-08 20:15",
        "上周末从北岭开到南浦，全程310公里，气温零下6度，出发时满电，表显520公里，到站只剩12%，算下来续航打了六七折，比夏天差太多了。",
        "回复 举报 点赞",
        "2楼 铁皮盒子 2024-01-08 20:41",
        "我的经验是把空调设在20度，开座椅加热，时速压到100以内，同样的路可以多跑六十公里，轮胎气压也要补到2.6，冬天很容易忽视。",
        "回复 举报 点赞",
        "3楼 小满 2024-01-09 07:02",
        "出门前插着枪预热电池，效果很明显，我家车零下十度的百公里电耗从24度降到19度，数据是连续记录两个月得到的，供大家参考。",
        "回复 举报 点赞",
        "下一页",
    ]
)
