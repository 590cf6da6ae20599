"""Adding a language: a phone that the table does not know is said, and so is a language that was not trained yet."""

from __future__ import annotations

import warnings

import pytest
from orator.core.errors import OratorError
from orator.models.phones import pronounce
from orator.models.training.speech_espeak import espeak_phones


def test_an_unknown_phone_is_named_with_its_voice():
    with pytest.warns(UserWarning, match=r"'q#' \(fi\) is not in ESPEAK_TABLE"):
        assert espeak_phones("q#", "fi") == ()


@pytest.mark.parametrize(("mnemonic", "phones"), (("tS", ("CH",)), ("i:", ("IY",)), ("?", ()), ("_:", ("SIL",))))
def test_known_phones_and_marks_say_nothing(mnemonic, phones):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert espeak_phones(mnemonic, "de") == phones


def test_a_language_without_trained_letters_is_said(monkeypatch):
    monkeypatch.setattr(pronounce, "LANGUAGES", (*pronounce.LANGUAGES, "fi"))
    with pytest.raises(OratorError, match=r"letters of 'fi' were not trained: run python -m .*phones_letters"):
        pronounce.spoken_letters("kiitos", "fi")
