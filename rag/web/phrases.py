"""The words of the page itself, in English and in Chinese."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Everything that the page says of its own; those with {} take what they are about."""

    name: str
    slogan: str
    chat: str
    library: str
    ask: str
    send: str
    searching: str
    understood: str
    change: str
    filters: str
    publisher: str
    path: str
    since: str
    until: str
    open_source: str
    original: str
    good: str
    bad: str
    copy: str
    clear: str
    export: str
    add: str
    adding: str
    stop: str
    delete: str
    find: str
    documents: str
    columns: tuple[str, ...]
    dropped: str
    added: str
    not_read: str
    deleted: str
    choose: str
    too_many: str
    thanks: str
    language: str


ENGLISH = Phrases(
    name="Yinju",
    slogan="Answers from your documents, in their own words.",
    chat="Chat",
    library="Library",
    ask="Ask your documents, in English or Chinese",
    send="Ask",
    searching="Searching the documents…",
    understood="Understood as",
    change="Change",
    filters="Only documents…",
    publisher="Publisher contains",
    path="Path matches (*.pdf, reports/*)",
    since="Published since (YYYY-MM-DD)",
    until="Published until (YYYY-MM-DD)",
    open_source="Open source",
    original="original",
    good="Good answer",
    bad="Bad answer",
    copy="Copy",
    clear="New conversation",
    export="Save the conversation",
    add="Add files",
    adding="Adding",
    stop="Stop",
    delete="Delete",
    find="Find in titles, publishers and keys",
    documents="Documents",
    columns=("Title", "Publisher", "Published", "Passages", "Warnings", "Key"),
    dropped="What cleaning leaves out",
    added="{} added, {} updated, {} unchanged",
    not_read="Not read: {}",
    deleted="Deleted: {}",
    choose="Choose a document first.",
    too_many="At most {} files at a time.",
    thanks="Noted, thank you.",
    language="中文",
)
CHINESE = Phrases(
    name="引据",
    slogan="用文档的原话回答问题。",
    chat="问答",
    library="文档库",
    ask="用中文或英文向文档提问",
    send="提问",
    searching="正在检索文档…",
    understood="理解为",
    change="修改",
    filters="只看这些文档…",
    publisher="发布者包含",
    path="路径匹配（*.pdf、reports/*）",
    since="发布不早于（YYYY-MM-DD）",
    until="发布不晚于（YYYY-MM-DD）",
    open_source="打开出处",
    original="原文链接",
    good="回答得好",
    bad="回答得不好",
    copy="复制",
    clear="新对话",
    export="保存对话",
    add="添加文件",
    adding="正在添加",
    stop="停止",
    delete="删除",
    find="在标题、发布者和键中查找",
    documents="文档",
    columns=("标题", "发布者", "发布日期", "段落数", "提示", "键"),
    dropped="清洗时去掉的内容",
    added="新增 {}，更新 {}，未变 {}",
    not_read="未能读取：{}",
    deleted="已删除：{}",
    choose="请先选择一篇文档。",
    too_many="一次最多 {} 个文件。",
    thanks="已记录，谢谢。",
    language="English",
)


def phrases_for(language: str) -> Phrases:
    """Return the phrases of a language, given as a browser does: zh-CN, en-GB;q=0.8."""
    return CHINESE if language.strip().lower().startswith("zh") else ENGLISH
