from pathlib import Path

import pytest

from rag.address import MilvusAddress
from rag.errors import SettingsError, UsageError
from rag.settings import Settings


def load(folder: Path, flags: dict[str, object] | None = None, **variables: str) -> Settings:
    return Settings.load(flags, variables, folder)


def test_flags_come_before_variables_before_the_file_before_defaults(tmp_path: Path) -> None:
    assert load(tmp_path).top_k == 12
    (tmp_path / "pyproject.toml").write_text("[tool.yinju]\ntop_k = 2\n", "utf-8")
    assert load(tmp_path).top_k == 2
    (tmp_path / "yinju.toml").write_text("top_k = 3\n", "utf-8")
    assert load(tmp_path).top_k == 3
    assert load(tmp_path, YINJU_TOP_K="4").top_k == 4
    assert load(tmp_path, {"top_k": 5}, YINJU_TOP_K="4").top_k == 5


def test_a_flag_that_was_not_given_does_not_count(tmp_path: Path) -> None:
    assert load(tmp_path, {"top_k": None}, YINJU_TOP_K="4").top_k == 4


def test_each_source_may_give_other_settings(tmp_path: Path) -> None:
    (tmp_path / "yinju.toml").write_text('threshold = 0.25\nindex = "here"\n', "utf-8")
    settings = load(tmp_path, {"model": "m"}, YINJU_PASSAGE_TOKENS="64", OTHER="1")
    assert settings.threshold == 0.25
    assert settings.index == Path("here")
    assert settings.model == "m"
    assert settings.passage_tokens == 64


def test_a_home_folder_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load(tmp_path, YINJU_INDEX="~/i").index == tmp_path / "i"


def test_of_two_files_only_yinju_toml_is_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.yinju]\ntop_k = 2\n", "utf-8")
    (tmp_path / "yinju.toml").write_text("threshold = 0.4\n", "utf-8")
    assert load(tmp_path).top_k == 12


LIST = (
    "cache, index, llm, llm_retries, llm_timeout, llm_url, model, passage_tokens, ray, ray_cpus, "
    "threshold, top_k, unsupported, wait"
)


def test_an_unknown_key_fails_with_the_list_of_settings(tmp_path: Path) -> None:
    for call in (
        lambda: load(tmp_path, {"topk": 3}),
        lambda: load(tmp_path, YINJU_TOPK="3"),
    ):
        with pytest.raises(SettingsError, match="unknown setting 'topk'") as caught:
            call()
        assert LIST in str(caught.value)
    (tmp_path / "yinju.toml").write_text("[search]\ntop_k = 3\n", "utf-8")
    with pytest.raises(SettingsError, match="unknown setting 'search'"):
        load(tmp_path)


BAD = [
    ("YINJU_TOP_K", "many", "top_k is 'many', expected a whole number"),
    ("YINJU_TOP_K", "0", "top_k is 0, expected a whole number from 1 to 100"),
    ("YINJU_TOP_K", "101", "expected a whole number from 1 to 100"),
    ("YINJU_TOP_K", "3.5", "top_k is '3.5', expected a whole number"),
    ("YINJU_THRESHOLD", "1.01", "threshold is 1.01, expected a number from 0 to 1"),
    ("YINJU_THRESHOLD", "nan", "expected a number from 0 to 1"),
    ("YINJU_THRESHOLD", "high", "threshold is 'high', expected a number"),
    ("YINJU_PASSAGE_TOKENS", "15", "expected a whole number from 16 to 400"),
    ("YINJU_MODEL", "", "model is '', expected a text"),
    ("YINJU_INDEX", "", "index is '', expected a path"),
]


@pytest.mark.parametrize(("name", "value", "message"), BAD)
def test_a_bad_variable_fails_naming_what_was_expected(
    tmp_path: Path, name: str, value: str, message: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, **{name: value})
    assert message in str(caught.value)


BAD_FILES = [
    ("top_k = true", "top_k is True, expected a whole number"),
    ("top_k = 3.7", "top_k is 3.7, expected a whole number"),
    ("index = 5", "index is 5, expected a path"),
    ("model = 5", "model is 5, expected a text"),
    ("model = ['a']", "model is ['a'], expected a text"),
    ("threshold = inf", "threshold is inf, expected a number from 0 to 1"),
    ("top_k = ", "is not valid TOML"),
]


@pytest.mark.parametrize(("content", "message"), BAD_FILES)
def test_a_bad_value_in_the_file_fails_naming_what_was_expected(
    tmp_path: Path, content: str, message: str
) -> None:
    (tmp_path / "yinju.toml").write_text(content + "\n", "utf-8")
    with pytest.raises(SettingsError) as caught:
        load(tmp_path)
    assert message in str(caught.value)


ADDRESSES = [
    ("milvus:http://db:19530/reports", "http://db:19530", "reports"),
    ("milvus:https://db.example/reports_2", "https://db.example", "reports_2"),
    ("milvus:http://db:19530/team/reports", "http://db:19530/team", "reports"),
    ("milvus:/data/lite.db/reports", "/data/lite.db", "reports"),
]


@pytest.mark.parametrize(("value", "server", "name"), ADDRESSES)
def test_an_index_may_lie_on_a_server(tmp_path: Path, value: str, server: str, name: str) -> None:
    (tmp_path / "yinju.toml").write_text(f'index = "{value}"\n', "utf-8")
    for settings in (
        load(tmp_path),
        load(tmp_path, {"index": value}),
        Settings().with_index(value),
    ):
        assert settings.index == MilvusAddress(server, name)
        assert str(settings.index) == value
        assert settings.folder.name.startswith(f"{name}-")
    assert load(tmp_path, YINJU_INDEX="here").folder == Path("here")


def test_what_is_kept_beside_indexes_on_servers_is_kept_apart() -> None:
    one, other = (
        Settings().with_index(f"milvus:http://{host}:19530/reports").folder for host in "ab"
    )
    assert one.parent == other.parent
    assert one != other


BAD_ADDRESSES = [
    ("milvus:", "expected milvus:http://HOST:19530/NAME"),
    ("milvus:http://db:19530", "expected milvus:http://HOST:19530/NAME"),
    ("milvus:http://db:19530/my reports", "letters, digits"),
    ("milvus:http://db:19530/1st", "begins with no digit"),
    ("milvus:db:19530/reports", "expected milvus:http://HOST:19530/NAME"),
    ("milvus:ftp://db/reports", "https://, or milvus:FILE.db/NAME"),
]


@pytest.mark.parametrize(("value", "message"), BAD_ADDRESSES)
def test_a_bad_address_fails_naming_what_was_expected(
    tmp_path: Path, value: str, message: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, {"index": value})
    assert message in str(caught.value)


def test_a_password_in_an_address_is_refused_and_not_said_again(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="YINJU_MILVUS_TOKEN") as caught:
        load(tmp_path, {"index": "milvus:http://root:Secret1@db:19530/reports"})
    assert "Secret1" not in str(caught.value)


def test_the_token_of_a_server_is_no_setting(tmp_path: Path) -> None:
    assert load(tmp_path, YINJU_MILVUS_TOKEN="root:Secret1") == load(tmp_path)


def test_another_projects_broken_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool", "utf-8")
    assert load(tmp_path).top_k == 12


def test_a_tool_entry_that_is_no_table_fails(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\nyinju = 3\n", "utf-8")
    with pytest.raises(SettingsError, match="expected a table"):
        load(tmp_path)


def test_wrong_settings_are_wrong_usage() -> None:
    assert issubclass(SettingsError, UsageError)


def test_the_same_settings_for_another_index() -> None:
    settings = Settings(top_k=3)
    other = settings.with_index(Path("x"))
    assert (other.index, other.top_k, other.cache) == (Path("x"), 3, settings.cache)


def test_the_password_of_the_page_is_no_setting() -> None:
    assert Settings.load(environment={"YINJU_PASSWORD": "secret"}) == Settings.load(environment={})
