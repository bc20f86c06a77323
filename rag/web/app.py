"""The page as a whole: its tabs, its language, its looks, and serving it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.engine import Engine
from rag.web.api import Api
from rag.web.assessment import Evaluation
from rag.web.chat import Chat, Turns, said
from rag.web.library import Library
from rag.web.map import Map
from rag.web.phrases import CHINESE, ENGLISH, Phrases, phrases_for
from rag.web.style import CSS

MOST_UPLOAD = "20mb"
KEPT = (3_600, 86_400)
"""How often, in seconds, Gradio's copies of files are looked through, and how old they may be."""


def build(engine: Engine) -> gr.Blocks:
    """Return the app over an engine. Nothing in it asks another machine for anything."""
    page: gr.Blocks
    with gr.Blocks(
        title=ENGLISH.name, analytics_enabled=False, fill_width=True, delete_cache=KEPT
    ) as page:
        language = gr.State(ENGLISH)
        with gr.Row(elem_id="yj-top"):
            name = gr.HTML(_name(ENGLISH), padding=False)
            switch = gr.Button(
                ENGLISH.language, size="sm", elem_id="yj-language", scale=0, min_width=90
            )
        with gr.Tab(ENGLISH.chat) as chat_tab:
            chat = Chat(engine)
        with gr.Tab(ENGLISH.library) as library_tab:
            library = Library(engine)
        with gr.Tab(ENGLISH.map) as map_tab:
            plane = Map(engine)
        with gr.Tab(ENGLISH.evaluation) as evaluation_tab:
            evaluation = Evaluation(engine)
        Api(engine)
        chat.listen(language, page)
        library.listen(language, page)
        plane.listen(language, chat.turns, map_tab)
        evaluation.listen(language, evaluation_tab)

        def labels(words: Phrases) -> list[tuple[Any, dict[str, Any]]]:
            return [
                (name, {"value": _name(words)}),
                (switch, {"value": words.language}),
                (chat_tab, {"label": words.chat}),
                (library_tab, {"label": words.library}),
                (map_tab, {"label": words.map}),
                (evaluation_tab, {"label": words.evaluation}),
                *chat.labels(words),
                *library.labels(words),
                *evaluation.labels(words),
            ]

        def spoken(words: Phrases, turns: Turns) -> list[Any]:
            values = (gr.update(**values) for _, values in labels(words))
            return [words, said(turns, words), *values]

        outputs = [language, chat.said, *(part for part, _ in labels(ENGLISH))]

        def greet(request: gr.Request) -> list[Any]:
            return spoken(phrases_for(request.headers.get("accept-language", "")), ())

        page.load(greet, None, outputs, api_visibility="private")
        switch.click(
            lambda words, turns: spoken(ENGLISH if words == CHINESE else CHINESE, turns),
            [language, chat.turns], outputs, api_visibility="private",
        )  # fmt: skip
    return page


def _name(words: Phrases) -> str:
    return f'<h1 class="yj-name">{words.name}</h1><p class="yj-slogan">{words.slogan}</p>'


def serve(
    engine: Engine,
    host: str,
    port: int | None = None,
    auth: tuple[str, str] | None = None,
    *,
    mcp: bool = False,
) -> gr.Blocks:
    """Serve the app without blocking; ``local_url`` is its address, ``close()`` ends it.

    With ``mcp`` the functions of ``Api`` are tools of an MCP server as well, which needs the
    package ``mcp``.
    """
    page = build(engine)
    page.launch(
        server_name=host, server_port=port, auth=auth, share=False, quiet=True, show_error=True,
        prevent_thread_lock=True, max_file_size=MOST_UPLOAD, css=CSS, ssr_mode=False,
        theme=gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
        footer_links=[], enable_monitoring=False, mcp_server=mcp,
    )  # fmt: skip
    return page
