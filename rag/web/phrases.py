"""The words of the page itself, in English and in Chinese."""

from __future__ import annotations

from dataclasses import dataclass, field

from rag import wording


@dataclass(frozen=True, slots=True)
class Phrases:
    """Everything that the page says of its own; those with {} take what they are about."""

    name: str
    slogan: str
    chat: str
    library: str
    ask: str
    send: str
    examples: str
    searching: str
    writing: str
    understood: str
    change: str
    filters: str
    publisher: str
    path: str
    since: str
    until: str
    not_a_day: str
    backwards: str
    open_source: str
    original: str
    close: str
    good: str
    bad: str
    copy: str
    clear: str
    export: str
    add: str
    adding: str
    stop: str
    delete: str
    sure: str
    cancel: str
    choose: str
    warnings: str
    first_of: str
    none_found: str
    find: str
    documents: str
    columns: tuple[str, ...]
    dropped: str
    nothing_dropped: str
    added: str
    not_read: str
    deleted: str
    too_many: str
    thanks: str
    map: str
    placing: str
    mapped: str
    mapped_of: str
    map_hint: str
    ringed: str
    and_more: str
    nothing_to_map: str
    gone: str
    evaluation: str
    evaluate: str
    evaluating: str
    runs: str
    no_runs: str
    no_gold: str
    not_kept: str
    measured: str
    by_pair: str
    by_kind: str
    by_depth: str
    by_coverage: str
    by_latency: str
    measure: str
    measures: tuple[str, ...]
    depth: str
    recall: str
    search: str
    coverage: str
    precision: str
    seconds: str
    compared: str
    compared_columns: tuple[str, ...]
    settings_differ: str
    no_earlier: str
    yes: str
    no: str
    opinions: str
    disliked: str
    language: str
    # Gradio hashes what it keeps for a visitor.
    wording: wording.Wording = field(hash=False)


ENGLISH = Phrases(
    name="Yinju",
    slogan="Answers from your documents, in their own words.",
    chat="Chat",
    library="Library",
    ask="Ask your documents, in English or Chinese",
    send="Ask",
    examples="Questions to begin with",
    searching="Searching the documents…",
    writing="The model is writing; held sentences so far: {}, left out: {}",
    understood="Understood as",
    change="Change",
    filters="Only documents…",
    publisher="Publisher contains",
    path="Path matches (*.pdf, reports/*)",
    since="Published since (YYYY-MM-DD)",
    until="Published until (YYYY-MM-DD)",
    not_a_day="“{}” is no date; write it like 2025-12-31.",
    backwards="The first of the two dates is after the second.",
    open_source="Open source",
    original="original",
    close="Close",
    good="Good answer",
    bad="Bad answer",
    copy="Copy",
    clear="New conversation",
    export="Save the conversation",
    add="Add files",
    adding="Adding",
    stop="Stop",
    delete="Delete",
    sure="Delete “{}” from the index?",
    cancel="Cancel",
    choose="Choose a document to read it here.",
    warnings="⚠ {} noted",
    first_of="The first {} of {} documents; type above to find others.",
    none_found="No document is found.",
    find="Find in titles, publishers and file names",
    documents="Documents",
    columns=("Document", "Publisher", "Published", "Passages"),
    dropped="What cleaning leaves out",
    nothing_dropped="Cleaning leaves nothing out of {}.",
    added="{} added, {} updated, {} unchanged",
    not_read="Not read: {}",
    deleted="Deleted: {}",
    too_many="At most {} files at a time.",
    thanks="Noted, thank you.",
    map="Map",
    placing="Placing the passages…",
    mapped="Passages: {}",
    mapped_of="{} of {} passages",
    map_hint="Each colour is a document; passages near each other are alike in meaning. "
    "Click one to read it in its source.",
    ringed="Ringed: what was quoted for the last question.",
    and_more="and {} more",
    nothing_to_map="There are no documents in the index yet.",
    gone="This passage is no longer in the index.",
    evaluation="Evaluation",
    evaluate="Run the evaluation",
    evaluating="Asking the gold questions",
    runs="Runs",
    no_runs="No evaluation is kept yet. Run one here, or with “rag eval” over this index.",
    no_gold="The gold questions come with a checkout of the source, and this is none. "
    "“rag eval --gold FILE” asks your own.",
    not_kept="The run could not be kept: {}",
    measured="{} questions ({}), {} documents, model {}, threshold {}",
    by_pair="By language pair, question to proof",
    by_kind="By kind of question",
    by_depth="Proving passages among the first ones found",
    by_coverage="Precision against coverage",
    by_latency="Seconds to an answer and to a search's results",
    measure="Measure",
    measures=(
        "right",
        "right, where there is an answer",
        "proof quoted first",
        "exact match",
        "F1",
        "figure match",
        "citation recall",
        "citation precision",
        "unanswerable left unanswered",
    ),
    depth="Passages",
    recall="Recall",
    search="Search",
    coverage="Share of the questions answered",
    precision="Share of the answers right",
    seconds="Seconds",
    compared="Compared with the run of {}",
    compared_columns=("Measure", "Before", "Now", "Difference", "Beyond 95% intervals"),
    settings_differ="Settings that differ: {}",
    no_earlier="There is no earlier run over the same questions to compare it with.",
    yes="yes",
    no="no",
    opinions="Answers that visitors liked: {}, disliked: {}",
    disliked="The last questions whose answers were disliked",
    language="中文",
    wording=wording.ENGLISH,
)
CHINESE = Phrases(
    name="引据",
    slogan="用文档的原话回答问题。",
    chat="问答",
    library="文档库",
    ask="用中文或英文向文档提问",
    send="提问",
    examples="可以先问",
    searching="正在检索文档…",
    writing="模型正在撰写；目前有据的句子：{}，已略去：{}",
    understood="理解为",
    change="修改",
    filters="只看这些文档…",
    publisher="发布者包含",
    path="路径匹配（*.pdf、reports/*）",
    since="发布不早于（YYYY-MM-DD）",
    until="发布不晚于（YYYY-MM-DD）",
    not_a_day="“{}”不是日期，请写成 2025-12-31 这样。",
    backwards="前一个日期晚于后一个日期。",
    open_source="打开出处",
    original="原文链接",
    close="关闭",
    good="回答得好",
    bad="回答得不好",
    copy="复制",
    clear="新对话",
    export="保存对话",
    add="添加文件",
    adding="正在添加",
    stop="停止",
    delete="删除",
    sure="从索引中删除“{}”？",
    cancel="取消",
    choose="点选一篇文档，即可在此阅读。",
    warnings="⚠ {} 条提示",
    first_of="共 {1} 篇文档，此处为前 {0} 篇；可在上方输入文字查找。",
    none_found="没有找到文档。",
    find="在标题、发布者和文件名中查找",
    documents="文档",
    columns=("文档", "发布者", "发布日期", "段落数"),
    dropped="清洗时去掉的内容",
    nothing_dropped="清洗时没有从 {} 中去掉任何内容。",
    added="新增 {}，更新 {}，未变 {}",
    not_read="未能读取：{}",
    deleted="已删除：{}",
    too_many="一次最多 {} 个文件。",
    thanks="已记录，谢谢。",
    map="分布图",
    placing="正在排布段落…",
    mapped="段落数：{}",
    mapped_of="{1} 个段落中的 {0} 个",
    map_hint="每种颜色代表一篇文档，内容相近的段落靠在一起。点击即可打开出处。",
    ringed="带圈的是上一个问题所引用的段落。",
    and_more="另有 {} 篇",
    nothing_to_map="索引中还没有文档。",
    gone="索引中已没有这个段落。",
    evaluation="评测",
    evaluate="运行评测",
    evaluating="正在提问评测题",
    runs="评测记录",
    no_runs="还没有评测记录。可在此运行，或对这个索引执行“rag eval”。",
    no_gold="评测题随源代码检出提供，这里没有。可用“rag eval --gold FILE”提问您自己的题目。",
    not_kept="评测结果未能保存：{}",
    measured="{} 道题（{}），{} 篇文档，模型 {}，阈值 {}",
    by_pair="按语言对（问题→证据）",
    by_kind="按问题类型",
    by_depth="证据段落在检索结果前列的比例",
    by_coverage="精确率与覆盖率",
    by_latency="回答与检索所需秒数",
    measure="指标",
    measures=(
        "正确",
        "有答案时正确",
        "首条引用即证据",
        "完全匹配",
        "F1",
        "数字匹配",
        "引用召回率",
        "引用精确率",
        "无答案时不作答",
    ),
    depth="段落数",
    recall="召回率",
    search="检索方式",
    coverage="作答的问题所占比例",
    precision="答案正确的比例",
    seconds="秒",
    compared="与 {} 的评测比较",
    compared_columns=("指标", "之前", "现在", "差值", "超出 95% 区间"),
    settings_differ="不同的设置：{}",
    no_earlier="没有更早的、题目相同的评测可比较。",
    yes="是",
    no="否",
    opinions="访客认为好的回答：{}，不好的回答：{}",
    disliked="最近被认为回答得不好的问题",
    language="English",
    wording=wording.CHINESE,
)


def phrases_for(language: str) -> Phrases:
    """Return the phrases of a language, given as a browser does: zh-CN, en-GB;q=0.8."""
    return CHINESE if language.strip().lower().startswith("zh") else ENGLISH
