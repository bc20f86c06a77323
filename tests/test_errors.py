import pytest

from rag import errors

TREE = {
    "UsageError": "YinjuError",
    "SettingsError": "UsageError",
    "SourceError": "YinjuError",
    "ModelError": "YinjuError",
    "LLMError": "YinjuError",
    "ClusterError": "YinjuError",
    "IndexFolderError": "YinjuError",
    "IndexMissingError": "IndexFolderError",
    "IndexDamagedError": "IndexFolderError",
    "IndexVersionError": "IndexFolderError",
    "IndexModelError": "IndexFolderError",
    "IndexLockedError": "IndexFolderError",
    "IndexServerError": "IndexFolderError",
}


@pytest.mark.parametrize(("name", "parent"), TREE.items())
def test_each_error_stands_where_the_tree_shows_it(name: str, parent: str) -> None:
    assert getattr(errors, name).__bases__ == (getattr(errors, parent),)


def test_the_drawn_tree_names_every_error_of_the_module() -> None:
    defined = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert defined == {*TREE, "YinjuError"}
    assert all(name in (errors.__doc__ or "") for name in defined)


def test_the_root_is_a_plain_exception() -> None:
    assert errors.YinjuError.__bases__ == (Exception,)
