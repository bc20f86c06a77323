"""What belongs to a page and not to its article: one small lexicon, and the shape of lines.

The lexicon holds general vocabulary of Chinese and English web pages only. It serves lines that
consist of nothing else; what a page's own words are is left to length, punctuation, repetition
and position.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from rag.remarks import Remark
from rag.sources.pieces import EDGES


class Kind(StrEnum):
    """What a line is, when it is not part of an article; the value is the reason shown."""

    WIDGET = Remark.WIDGET.value
    LABEL = Remark.LABEL.value
    COMMENTS = Remark.COMMENTS.value
    EDITOR = Remark.EDITOR.value
    BYLINE = Remark.BYLINE.value
    NOTICE = Remark.NOTICE.value
    COUNTER = Remark.COUNTER.value
    IMAGE = Remark.IMAGE.value
    BREADCRUMB = Remark.BREADCRUMB.value
    SYMBOLS = Remark.SYMBOLS.value


_WIDGET_WORDS = (
    "分享|转发|收藏|点赞|喜欢|赞|踩|举报|投诉|打印|复制链接|复制|关闭|字体|字号|大|中|小|微信|好友|朋友圈|微博|新浪|腾讯|"
    "QQ空间|QQ好友|QQ|二维码|扫一扫|扫码|扫描|手机|客户端|下载|APP|关注|订阅|我的|公众号|登录|登陆|注册|退出|首页|主页|返回|"
    "顶部|列表|上一页|下一页|上一篇|下一篇|尾页|末页|搜索|搜一搜|导航|菜单|更多|加载|加载中|查看|展开|收起|全文|阅读|"
    "剩余|点击|右上角|到|至|浏览|评论|回复|楼主|只看该作者|沙发|板凳|倒序|网站地图|联系我们|关于我们|加入我们|帮助|"
    "无障碍|简体|繁体|中文|英文|语言|设为|"
    "share|tweet|facebook|twitter|linkedin|whatsapp|telegram|reddit|pinterest|email|e-mail|print|copy|"
    "link|subscribe|newsletter|sign|log|in|up|out|on|this|via|to|login|register|menu|search|documents|home|about|"
    "contact|us|skip|main|content|like|likes|reply|quote|report|save|follow|next|previous|prev|page|post|back|top|"
    "load|read|show|see|view|more|full|story|article|english|language|accept|reject|all|cookies|"
    "settings|manage|preferences|close|ok|advertisement|sponsored|privacy|policy|terms|of|service|"
    "and|conditions|faq|help|rss|x"
)
# Possessive, so that no line makes it try again and again; the longest words come first.
_ORDERED = "|".join(sorted(_WIDGET_WORDS.split("|"), key=len, reverse=True))
_WIDGET = re.compile(rf"(?:(?:{_ORDERED})(?![a-z])|[\W\d_])++", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:(?:更多|最新|相关|相關|推荐|推薦|热门|熱門|热点|精彩|延伸|猜你喜欢|编辑|为您|为你|今日|本周|24小时|站内|友情)"
    r"(?:.{0,8}的|.{2})?(?:阅读|閱讀|文章|新闻|新聞|推荐|推薦|链接|连接|资讯|資訊|内容|报道|报导|信息|热点|专题|"
    r"话题|视频|图片|标签|排行榜?|头条){1,2}|猜你喜欢|猜您喜欢|大家都在看|大家都在搜|热榜|"
    r"(?:related|recommended|popular|trending|latest|recent|similar|other|top|"
    r"most (?:read|popular)|more|keep|further|editor'?s)\s+"
    r"(?:articles?|posts?|stories|news|reading|content|topics?|pages?|picks?|videos?|links?|threads?)(?:\s+\w+){0,2}|"
    r"you (?:may|might) (?:also )?(?:like|enjoy)|more from .{1,30}|most (?:read|popular)|"
    r"read (?:next|also)|up next|what to read next|from around the web)",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"(?:(?:最新|热门|网友|全部|精彩|用户|发表|我要|参与|文章|共)?\s?(?:评论|留言|跟帖|跟贴)(?:区|列表)?|"
    r"\d+ ?(?:条评论|comments?|replies|responses)|comments?|leave a (?:reply|comment)|"
    r"(?:post|add|write) a comment|join the (?:conversation|discussion))"
    r"\s?[(（]?\d*\s?[)）]?",
    re.IGNORECASE,
)
_EDITOR = re.compile(
    r"[\[【(（]?\s*(?:(?:本文|责任|责|值班|执行|网络|稿件|文字|图片|视觉|新媒体)?\s?(?:编辑|責編|责编|編輯|编审|"
    r"主编|校对|审核|终审|初审|复审|监制|编委|美编|责校|制作|统筹|签发)|纠错|"
    r"edited by|editor|copy editor)\s*[:：/|丨][^。，？！?!]{0,30}",
    re.IGNORECASE,
)
_HAN_NAME = r"[\u4e00-\u9fff·]{2,4}"
_ROLE = r"(?:本报|本网|本刊|全媒体|见习|特约|实习)*\s?(?:记者|通讯员|作者|撰文|撰稿|图文|文|供稿|供图|摄影|图)"  # noqa: E501
_BYLINE = re.compile(
    rf"[□■◎●▲\[【(（]?\s*{_ROLE}\s?[:：/|丨\s]\s?{_HAN_NAME}(?:[\s、/,，]{{1,2}}(?:{_ROLE}\s?[:：/|\s]?\s?)?"
    rf"{_HAN_NAME}){{0,6}}\s*[\]】)）]?|"
    r"(?:[Ww]ritten\s)?[Bb]y\s+[A-Z][\w.'’-]+(?:\s+(?:and\s+)?[A-Z][\w.'’-]*){0,5}(?:,.{0,40})?"
)
_NOTICE = re.compile(
    r"版权所有|版權所有|未经(?:书面)?(?:授权|许可|同意|允许)|转载请|轉載請|(?:侵权|侵犯).{0,15}(?:联系|删除|告知)|"
    r"不代表.{0,8}(?:立场|观点)|仅代表作者|免责声明|(?:本站|本网|本平台|本网站|平台).{0,30}(?:立场|修改|侵权|删除|公共服务|"
    r"仅供|转载|采集|收录|存储)|ICP备|ICP证|公网安备|许可证(?:编?号)?[:：]|不良信息举报|举报(?:电话|邮箱)[:：].*(?:@|12377)|"
    r"(?:生成|抓取|收录|快照|更新)时间[:：]|原文(?:地址|链接|网址)|阅读原文|"
    r"all rights reserved|copyright\s*(?:©|\(c\)|\d{4})|©\s?\d{4}|"
    r"(?:uses?|using) cookies|cookie (?:policy|settings|consent)|"
    r"\bwe (?:and our partners )?(?:use|store|set)\b.{0,20}\bcookies|\bwe value your privacy|"
    r"^(?:点击|扫码|长按|立即|马上).{0,4}(?:下载|安装)[^。，]{0,12}(?:客户端|APP)[^。]{0,16}$|"
    r"^(?:扫码|扫一扫|扫描|长按)[^。，]{0,16}(?:关注|二维码|公众号)[^。，]{0,16}$|"
    r"^subscribe (?:now|today|here)\b|"
    r"terms of (?:use|service)|privacy policy|"
    r"(?:sign up|subscribe).{0,30}(?:newsletter|inbox|updates)|"
    r"(?:do not|not) (?:necessarily )?(?:reflect|represent) the (?:views|opinions)|powered by \w+",
    re.IGNORECASE,
)
_NEIGHBOUR = re.compile(
    r"(?:上一|下一|前一|后一)(?:篇|条|页|章)\s*[:：].*|(?:previous|next)(?: \w+)?\s*[:：].*",
    re.IGNORECASE,
)
_COUNTER = re.compile(
    r"\d{1,7}\+?|[(（\[]\d{1,7}[)）\]]|(?:阅读|浏览|点击|播放|评论|点赞|赞|收藏|分享|转发|人气|views?|likes?|"
    r"comments?|shares?|replies|reads?)(?:量|数|次数)?\s*[:：(（]?\s*[\d,.]+\s?[万wk]?\+?\s*[)）]?|"
    r"[\d,.]+\s?[万wk]?\s?(?:次阅读|阅读|次浏览|浏览|人已阅读|人参与|人评论|评论|views?|likes?|comments?|shares?)|"
    r"\d+ min(?:ute)?s? read",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"\S{1,120}\.(?:png|jpe?g|gif|webp|bmp|svg|avif)", re.IGNORECASE)
_POSITION = re.compile(
    r"(?:(?:您|你)?(?:现在|当前)?(?:所在)?(?:的)?(?:位置|栏目)\s?[:：]|you are here:).{2,80}",
    re.IGNORECASE,
)
_STEP = re.compile(r"[>›»→]+|&gt;")
_BULLET = re.compile(r"^[•·▪◦●■*\-–—>▶►]+\s*")
_TRUNCATED = re.compile(r"(?:\.{3,}|…+|\[…\]|\[\.\.\.\])\s*$|^(?:\.{3,}|…+)")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_LETTER = re.compile(r"[^\W_]")
PROSE_WIDTH = 60
"""Columns from which on a line with a sentence mark counts as prose: 30 Chinese characters."""


def width(text: str) -> int:
    """Return a line's width in columns: a Chinese character takes two, a Latin one takes one."""
    return len(text) + len(_WIDE.findall(text))


def bare(text: str) -> str:
    """Return a line without its bullet."""
    return _BULLET.sub("", text).strip(EDGES)


def truncated(text: str) -> bool:
    """Say whether a text is cut off, at its end or at its beginning, by an ellipsis."""
    return bool(_TRUNCATED.search(text))


def is_prose(text: str) -> bool:
    """Say whether a line reads as running text: long enough, with sentence marks in it."""
    return width(text) >= PROSE_WIDTH and bool(re.search(r"[，。；！？,;!?]|\.(?:\s|$)", text))


def is_title(text: str) -> bool:
    """Say whether a line can be a title: of a title's length, not ending as a clause does."""
    if not 8 <= width(text) <= 160 or text.endswith(tuple("。；;，,、：:")) or truncated(text):
        return False
    if text.endswith(".") and not re.search(r"\b[A-Z]\.$", text):
        return False
    # Several sentence marks inside make it a paragraph, however short.
    return len(re.findall(r"[。；]", text)) == 0 and kind(text) is None


def _is_breadcrumb(line: str) -> bool:
    """Say whether a line is a path such as "Home > News > Town"."""
    steps = [step.strip() for step in _STEP.split(line)]
    path = len(steps) > 2 and all(len(step) <= 40 for step in steps)
    return bool(_POSITION.fullmatch(line)) or (path and not re.search(r"[。.!?！？]", line))


@lru_cache(maxsize=20_000)
def kind(text: str) -> Kind | None:
    """Return what kind of furniture a line is, or None when it may belong to an article."""
    line = bare(text)
    if not _LETTER.search(line):
        return Kind.SYMBOLS
    if len(line) <= 60:
        for pattern, result in (
            (_COMMENTS, Kind.COMMENTS),
            (_COUNTER, Kind.COUNTER),
            (_LABEL, Kind.LABEL),
        ):
            if pattern.fullmatch(line.strip(" :：>»›/|[]【】")):
                return result
        if _WIDGET.fullmatch(line) or _NEIGHBOUR.fullmatch(line):
            return Kind.WIDGET
        if _EDITOR.fullmatch(line):
            return Kind.EDITOR
        if _BYLINE.fullmatch(line) and not re.search(r"[。！？]", line[:-1]):
            return Kind.BYLINE
    if _IMAGE.fullmatch(line):
        return Kind.IMAGE
    if len(line) <= 120 and _is_breadcrumb(line):
        return Kind.BREADCRUMB
    if len(line) <= 300 and _NOTICE.search(line):
        return Kind.NOTICE
    return None
