"""A phone of espeak-ng's that the table does not know is said, not dropped in silence."""

from __future__ import annotations

import warnings

import pytest
from orator.models.training.speech_espeak import espeak_phones


def test_an_unknown_phone_is_named_with_its_voice():
    with pytest.warns(UserWarning, match=r"'&:' \(fi\) is not in ESPEAK_TABLE"):
        assert espeak_phones("&:", "fi") == ()


@pytest.mark.parametrize(("mnemonic", "phones"), (("tS", ("CH",)), ("i:", ("IY",)), ("?", ()), ("_:", ("SIL",))))
def test_known_phones_and_marks_say_nothing(mnemonic, phones):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert espeak_phones(mnemonic, "de") == phones
