from pathlib import Path

import rag.sources
from rag.sources import Problem, find_files


def names(found: object) -> list[str]:
    return [item.name if isinstance(item, Path) else str(item) for item in found]  # type: ignore[attr-defined]


def test_folders_are_walked_in_order_and_hidden_or_foreign_files_skipped(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", ".hidden.txt", "~$draft.docx", "photo.png", "C.HTML"):
        (tmp_path / name).write_text("x")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "z.csv").write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config.txt").write_text("x")
    assert names(find_files([tmp_path])) == ["C.HTML", "a.md", "b.txt", "z.csv"]


def test_a_folder_that_links_to_itself_is_walked_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert names(find_files([tmp_path])) == ["a.txt"]


def test_a_file_named_twice_is_found_once(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    (tmp_path / "link.txt").symlink_to(path)
    assert list(find_files([path, tmp_path, path])) == [path]


def test_missing_and_unreadable_formats_are_reported_by_name(tmp_path: Path) -> None:
    image = tmp_path / "photo.png"
    image.write_text("x")
    old = tmp_path / "old.doc"
    old.write_text("x")
    missing, foreign, inside = find_files([tmp_path / "none", image, tmp_path])
    assert isinstance(missing, Problem)
    assert missing.path == str(tmp_path / "none")
    assert missing.reason == "cannot be opened (no such file or directory); check the name"
    assert isinstance(foreign, Problem)
    assert foreign.reason.startswith(".png is no format that is read; these are: .csv .docx")
    assert isinstance(inside, Problem)
    assert str(inside).startswith(f"{old}: .doc files are not read; open it in an office program")


def test_the_public_names_are_sorted_and_exist() -> None:
    assert rag.sources.__all__ == sorted(
        rag.sources.__all__, key=lambda n: (n != n.upper(), n[0].islower(), n)
    )
    assert all(hasattr(rag.sources, name) for name in rag.sources.__all__)
