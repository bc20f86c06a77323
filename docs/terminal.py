"""Draw ``terminal.svg``: what `ask` prints, as it prints it, over the sample documents.

python docs/terminal.py
"""

import html
import io
import re
import tempfile
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from rag.engine import Engine
from rag.terminal import Screen, render

QUESTIONS = (
    "how much did Guangxi recover",
    "武汉反诈中心用多长时间冻结了32个账户",
    "How much did Guangdong recover?",
)
WIDTH = 92
ROOT = Path(__file__).parents[1]


def main() -> None:
    """Ask the questions and save the picture."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    with tempfile.TemporaryDirectory() as folder, Engine.open(Path(folder)) as engine:
        engine.add([ROOT / "seeds"])
        for question in QUESTIONS:
            console.print(Text(f'$ ask "{question}"', style="bold"))
            text = render(engine.ask(question), Screen(WIDTH, colour=True))
            console.print(Text.from_ansi(text.replace(f"{ROOT}/", "")), "")
    picture = console.export_svg(title="ask")
    # The picture fetches no fonts from anywhere.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    picture = re.sub(r'textLength="([\d.]+)"([^>]*)>([^<]*)', _widened, picture)
    (ROOT / "docs" / "terminal.svg").write_text(picture, "utf-8")


def _widened(text: re.Match[str]) -> str:
    """Give a stretch of text its width in cells; Rich gives it that of as many Latin letters."""
    shown = html.unescape(text[3])
    width = float(text[1]) * cell_len(shown) / len(shown) if shown else float(text[1])
    return f'textLength="{width:.1f}"{text[2]}>{text[3]}'


if __name__ == "__main__":
    main()
