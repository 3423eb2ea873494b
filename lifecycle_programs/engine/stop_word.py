"""Replies to an SMS that mean: write to me no more."""

import unicodedata

#: What carriers and people use, folded. Only the whole text counts: "don't stop" and
#: "Stopp oder nicht?" are answers for a person to read.
STOP_WORDS = frozenset(
    {
        # English, as carriers have it
        "stop",
        "stopall",
        "stop all",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "opt out",
        "optout",
        # Finnish
        "lopeta",
        "seis",
        "peruuta",
        "poista",
        # Swedish
        "stopp",
        "sluta",
        "avsluta",
        "avregistrera",
        # Norwegian
        "avslutt",
        "meld av",
        "avmeld",
        "slutt",
        # Russian
        "стоп",
        "отписаться",
        "отписка",
        "отмена",
        "хватит",
    }
)
_AROUND = " \t\r\n.,;:!?\"'“”«»()-*"


def is_stop_word(text: str | None) -> bool:
    """Whether a reply is one of the words to say no, whatever its case and the
    punctuation around it."""
    folded = unicodedata.normalize("NFKC", text or "").casefold()
    return " ".join(folded.strip(_AROUND).split()) in STOP_WORDS
