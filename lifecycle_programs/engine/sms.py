"""How many parts an SMS has: what it costs."""

#: GSM 03.38: characters of one place, and those that take two.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
_GSM_LETTERS = _BASIC | _EXTENDED
_GSM = (160, 153)
_UCS2 = (70, 67)


def sms_length(text: str) -> tuple[int, int, str]:
    """The places that a text takes, its parts, and its encoding.

    A text of several parts loses some places in each of them to their order. One
    character that GSM does not have makes the whole text UCS-2, with less room.

    :return: places, parts, ``"GSM"`` or ``"UCS-2"``
    """
    letters = set(text)
    if letters <= _GSM_LETTERS:
        encoding, room, wide = "GSM", _GSM, letters & _EXTENDED
    else:
        encoding, room = "UCS-2", _UCS2
        # Outside the basic plane (emoji) a character takes two places.
        wide = {letter for letter in letters if ord(letter) > 0xFFFF}
    # Mostly all letters are of one width.
    widths = (
        [2 if letter in wide else 1 for letter in text] if wide else [1] * len(text)
    )
    return sum(widths), _parts(widths, *room), encoding


def _parts(widths, single, several):
    """The parts that characters of these widths fill; none is torn apart."""
    if sum(widths) <= single:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > several:
            parts, used = parts + 1, 0
        used += width
    return parts
