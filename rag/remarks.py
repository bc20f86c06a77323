"""What reading found out about a source: what it warns of, and why lines were left out.

Documents and files carry these in English, as they are kept and given to programs; people read
them in the language of the page or of the answer.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache


class Remark(StrEnum):
    """A remark; one with {} is said of so many things, or of some words."""

    LISTED = "listed on a page of {} articles, not read at its publisher's"
    STUFFED = "keyword-stuffed page: “{}” repeated {} times"
    OUT_OF_ORDER = "sentences out of order: {} of {} paragraphs break off"
    WIDGET = "button or menu of the page"
    LABEL = "heading of a list of other pages"
    COMMENTS = "comments begin here"
    EDITOR = "editor's mark"
    BYLINE = "author line"
    NOTICE = "notice of the site"
    COUNTER = "counter"
    IMAGE = "file name of an image"
    BREADCRUMB = "path of the page within its site"
    SYMBOLS = "no words in it"
    SAID_AGAIN = "title or author said again"
    TITLE = "title, kept as metadata"
    DATELINE = "publisher and date, kept as metadata"
    ABOVE = "above the article"
    BELOW = "below the article's end"
    TEASER = "unrelated teaser"
    OF_EXCERPT = "title or date of an excerpt, kept as metadata"
    ABOVE_LISTED = "above the first listed article"
    BELOW_LISTED = "after the end of a listed article"
    STUFFED_LINE = "line of a keyword-stuffed phrase"
    STUFFED_PHRASE = "keyword-stuffed phrase, {} times in the line"
    MARGIN = "menu or margin of the page"
    OUTSIDE = "outside the main text"
    ABOVE_HEADING = "above the heading of the page"
    LINK = "link to another page"
    PAGE_NUMBER = "page number"
    RUNNING_HEAD = "running head or foot"


_CHINESE = {
    Remark.LISTED: "取自列有{}篇文章的页面，并非在发布者处读到",
    Remark.STUFFED: "页面堆砌关键词：“{}”重复{}次",
    Remark.OUT_OF_ORDER: "语句次序混乱：{}段没有说完（共{}段）",
    Remark.WIDGET: "页面的按钮或菜单",
    Remark.LABEL: "其他页面列表的标题",
    Remark.COMMENTS: "以下是评论",
    Remark.EDITOR: "编辑署名",
    Remark.BYLINE: "作者行",
    Remark.NOTICE: "网站声明",
    Remark.COUNTER: "计数",
    Remark.IMAGE: "图片的文件名",
    Remark.BREADCRUMB: "页面在网站中的位置",
    Remark.SYMBOLS: "其中没有文字",
    Remark.SAID_AGAIN: "重复的标题或作者",
    Remark.TITLE: "标题，已记入资料",
    Remark.DATELINE: "发布者和日期，已记入资料",
    Remark.ABOVE: "在正文之前",
    Remark.BELOW: "在正文之后",
    Remark.TEASER: "与正文无关的导读",
    Remark.OF_EXCERPT: "摘录的标题或日期，已记入资料",
    Remark.ABOVE_LISTED: "在列出的第一篇文章之前",
    Remark.BELOW_LISTED: "在列出的文章结束之后",
    Remark.STUFFED_LINE: "只有堆砌的关键词的一行",
    Remark.STUFFED_PHRASE: "堆砌的关键词，在该行出现{}次",
    Remark.MARGIN: "页面的菜单或边栏",
    Remark.OUTSIDE: "在主要文字之外",
    Remark.ABOVE_HEADING: "在页面标题之前",
    Remark.LINK: "指向其他页面的链接",
    Remark.PAGE_NUMBER: "页码",
    Remark.RUNNING_HEAD: "页眉或页脚",
}


def in_chinese(said: str) -> str:
    """Return a remark in Chinese; what is none stays as it is."""
    for remark, pattern in _patterns():
        if found := pattern.fullmatch(said):
            return _CHINESE[remark].format(*found.groups())
    return said


@cache
def _patterns() -> list[tuple[Remark, re.Pattern[str]]]:
    """Return what each remark looks like with anything in its gaps."""
    return [
        (remark, re.compile("(.+)".join(map(re.escape, remark.split("{}"))), re.DOTALL))
        for remark in Remark
    ]
