"""Which replies to an SMS mean no: the whole text, in five languages."""

import pytest
from engine import is_stop_word


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop",
        " Stop!\n",
        "“STOP”",
        "Stop  All",
        "UNSUBSCRIBE",
        "Lopeta",
        "SEIS.",
        "STOPP",
        "Sluta",
        "avslutt",
        "Meld av",
        "СТОП",
        "стоп!",
        "Отписаться",
        "ＳＴＯＰ",
    ],
)
def test_words_that_mean_no(text):
    assert is_stop_word(text)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "!",
        "don't stop",
        "Stop by our shop on Monday",
        "Please stop",
        "stopper",
        "älä lopeta",
        "нестоп",
        "yes",
        "1",
        "S T O P",
    ],
)
def test_anything_else_is_for_a_person(text):
    assert not is_stop_word(text)
