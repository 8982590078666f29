import pytest

from keras_gans.utils.files import written_whole


def test_file_takes_its_name_at_the_end(tmp_path):
    with written_whole(tmp_path / "a.txt") as aside:
        aside.write_text("new")
        assert not (tmp_path / "a.txt").exists()
        assert aside.suffix == ".txt"
    assert (tmp_path / "a.txt").read_text() == "new"


def test_failure_leaves_the_older_file_and_nothing_else(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(RuntimeError), written_whole(tmp_path / "a.txt") as aside:
        aside.write_text("half")
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_folders_are_renamed_whole(tmp_path):
    with written_whole(tmp_path / "model") as aside:
        (aside / "variables").mkdir(parents=True)
        (aside / "variables" / "data").write_bytes(b"1")
    assert (tmp_path / "model" / "variables" / "data").read_bytes() == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_missing_folder_is_named(tmp_path):
    with (
        pytest.raises(FileNotFoundError, match=r"no folder .*nowhere"),
        written_whole(tmp_path / "nowhere" / "a.txt"),
    ):
        pass
