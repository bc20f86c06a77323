"""Files that cannot be read: one clear message with the name, the reason and the fix."""

import io
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from conftest import Load
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from rag.errors import SourceError
from rag.sources import MAX_BYTES, load_file


def pdf(text: str = "", **options: object) -> bytes:
    data = io.BytesIO()
    canvas = Canvas(data, **options)
    if text:
        canvas.drawString(72, 720, text)
    else:
        canvas.rect(72, 600, 200, 100)
    canvas.showPage()
    canvas.save()
    return data.getvalue()


def zipped() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.txt", "no office document")
    return data.getvalue()


BAD = {
    "empty.txt": (b"", "empty", "no text"),
    "blank.md": (b" \n\n ", "empty", "no text"),
    "nul.txt": (b"abc\0\0\1\2def" * 50, "binary", "UTF-8"),
    "report.txt": (b"%PDF-1.7 ...", "is a PDF", "suffix"),
    "photo.csv": (b"\x89PNG\r\n\x1a\n0000", "a PNG image", "suffix"),
    "broken.pdf": (b"%PDF-1.7\nnothing more", "no readable PDF", "save"),
    "broken.docx": (b"PK\x03\x04 cut short", "no readable .docx", "save it again"),
    "broken.xlsx": (b"PK\x03\x04 cut short", "no readable .xlsx", "save it again"),
    "other.docx": (zipped(), "no readable .docx", "save it again"),
    "other.xlsx": (zipped(), "no readable .xlsx", "save it again"),
    "locked.docx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "encrypted",
        "without a password",
    ),
    "locked.xlsx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "encrypted",
        "without a password",
    ),
    "locked.pdf": (pdf("secret", encrypt=StandardEncryption("word")), "encrypted", "qpdf"),
    "scan.pdf": (pdf(), "no text layer", "ocrmypdf"),
    "old.doc": (b"x", ".doc files are not read", ".docx"),
    "old.xls": (b"x", ".xls files are not read", ".xlsx"),
    "old.ppt": (b"x", ".ppt files are not read", "PDF"),
    "talk.pptx": (b"x", ".pptx files are not read", "PDF"),
    "letter.wps": (b"x", ".wps files are not read", ".docx"),
    "film.mp4": (b"x", "no format that is read", ".docx"),
    "README": (b"x", "a file without suffix", ".txt"),
    "bare.html": (b"<html><body><script>1</script></body></html>", "no text was found", ""),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_its_name_the_reason_and_the_fix(load: Load, name: str) -> None:
    content, reason, fix = BAD[name]
    with pytest.raises(SourceError) as raised:
        load(name, content)
    message = str(raised.value)
    assert name in message
    assert reason in message
    assert fix in message
    assert "\n" not in message


def test_a_file_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(2 * MAX_BYTES)
    started = time.perf_counter()
    with pytest.raises(SourceError, match=r"huge\.txt: has 200 MB, the limit is 100 MB; split"):
        load_file(path)
    assert time.perf_counter() - started < 1


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.txt: there is no such file"):
        load_file(tmp_path / "gone.txt")
    folder = tmp_path / "folder.txt"
    folder.mkdir()
    with pytest.raises(SourceError, match=r"folder\.txt: is a folder"):
        load_file(folder)


def test_a_file_without_permission_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "private.txt"
    path.write_text("words")

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    # The tests may run as root, whom no mode keeps out.
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(SourceError, match=r"private\.txt: no permission to read it; check"):
        load_file(path)


def test_html_nested_a_hundred_thousand_deep_gives_its_text_at_once(load: Load) -> None:
    depth = 100_000
    page = "<html><body>" + "<div>" * depth + "深处有一句话。" + "</div>" * depth + "</body></html>"
    started = time.perf_counter()
    (document,) = load("deep.html", page).documents
    assert document.text == "深处有一句话。"
    assert time.perf_counter() - started < 20


def test_deep_markdown_and_deep_json_do_not_crash(load: Load) -> None:
    (document,) = load("deep.md", "> " * 5000 + "a word\n\nanother word").documents
    assert "another word" in document.text
    source = load("deep.jsonl", '{"text": "kept"}\n{"text": ' + "[" * 100_000 + "\n")
    assert [d.text for d in source.documents] == ["kept"]
    assert source.problems[0].startswith("line 2: ")


def test_bad_lines_of_a_jsonl_file_are_problems_and_the_others_stay(load: Load) -> None:
    lines = [f'{{"id": "r{n}", "title": "T{n}", "text": "record {n}"}}' for n in range(1, 11)]
    lines[6] = '{"id": "r7", "text": '
    lines[7] = '{"id": "r8", "title": "no text here"}'
    lines[8] = '["a list"]'
    lines[9] = '{"id": "r1", "text": "the same id again"}'
    source = load("records.jsonl", "\n".join(lines))
    assert [d.key for d in source.documents] == ["r1", "r2", "r3", "r4", "r5", "r6"]
    assert [problem.split(" ", 2)[:2] for problem in source.problems] == [
        ["line", "7:"],
        ["line", "8:"],
        ["line", "9:"],
        ["line", "10:"],
    ]
    assert "not valid JSON" in source.problems[0]
    assert 'no "text"' in source.problems[1]


def test_importing_the_package_loads_no_library_of_any_format() -> None:
    code = (
        "import sys, rag.sources; "
        "print([m for m in ('trafilatura', 'docx', 'openpyxl', 'pypdfium2', 'markdown_it', "
        "'charset_normalizer', 'jieba', 'lxml') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ.copy(),
    )
    assert done.stdout.strip() == "[]"
