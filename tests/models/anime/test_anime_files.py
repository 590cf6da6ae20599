"""Folders of published weights: whole ones load, everything else is one sentence, and nothing in a file is run."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pytest
from helpers.anime_files import write_weights

torch = pytest.importorskip("torch")

from orator.core.errors import OratorError  # noqa: E402
from orator.models.anime.files import load  # noqa: E402


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in whole.iterdir():
        (folder / path.name).symlink_to(path)
    return folder


def _replace(folder: Path, name: str, data: bytes) -> None:
    (folder / name).unlink()
    (folder / name).write_bytes(data)


def _says(folder: Path, *words: str) -> None:
    with pytest.raises(OratorError) as error:
        load(folder)
    text = str(error.value)
    assert all(word in text for word in words), text
    assert "\n" not in text and "Traceback" not in text


def test_a_whole_folder_says_which_form_it_is(whole: Path) -> None:
    found = load(whole)
    assert found.form.name == "v3-separable" and set(found.weights) == set(found.form.networks)
    assert all(value.dtype == torch.float32 for part in found.weights.values() for value in part.values())


def test_files_that_are_cut_off_or_something_else(copy: Path) -> None:
    data = (copy / "editor.pt").read_bytes()
    _replace(copy, "editor.pt", data[: len(data) // 2])
    _says(copy, "editor.pt", "cut off or damaged")
    _replace(copy, "editor.pt", b"version https://git-lfs.github.com/spec/v1\n")
    _says(copy, "Git LFS")
    _replace(copy, "editor.pt", b"<!DOCTYPE html><title>Sign in</title>")
    _says(copy, "web page")
    _replace(copy, "editor.pt", b"")
    _says(copy, "editor.pt", "damaged")


def test_a_program_in_a_file_is_never_run(copy: Path, tmp_path: Path) -> None:
    trace = tmp_path / "ran"

    class Evil:
        def __reduce__(self) -> tuple:
            return (Path.touch, (trace,))

    _replace(copy, "eyebrow_decomposer.pt", pickle.dumps({"body": Evil()}))
    _says(copy, "Nothing in it was run")
    (copy / "eyebrow_decomposer.pt").unlink()
    torch.save({"weight": Evil()}, copy / "eyebrow_decomposer.pt")
    _says(copy, "Nothing in it was run")
    assert not trace.exists()


def test_swapped_missing_and_foreign_weights(copy: Path, whole: Path) -> None:
    _replace(copy, "editor.pt", (whole / "face_morpher.pt").read_bytes())
    _says(copy, "editor.pt", "face_morpher", "swapped")
    (copy / "editor.pt").unlink()
    _says(copy, "lacks editor.pt")
    shutil.rmtree(copy)
    _says(copy, "no folder")
    copy.mkdir()
    _says(copy, "no weights of a talking head")


@pytest.mark.parametrize("what", ["nan", "integer", "shape", "extra", "list"])
def test_weights_that_are_not_the_networks(copy: Path, what: str) -> None:
    state = torch.load(copy / "editor.pt", weights_only=True)
    name = "grid_change_creator.weight"
    if what == "nan":
        state[name][0, 0, 0, 0] = float("nan")
    elif what == "integer":
        state[name] = state[name].to(torch.int64)
    elif what == "shape":
        state[name] = state[name][:1].clone()
    elif what == "extra":
        state["more"] = torch.zeros(1)
    (copy / "editor.pt").unlink()
    torch.save([1, 2] if what == "list" else state, copy / "editor.pt")
    _says(copy, "editor.pt")
