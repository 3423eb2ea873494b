"""Whether somebody moved, or somebody only tidied up the spelling of an address."""

import re
import unicodedata
from collections.abc import Mapping

FIELDS = ("street", "zip", "city", "country")


def normalise_address_part(text) -> str:
    """A part of an address without case, spaces and punctuation."""
    folded = unicodedata.normalize("NFKC", str(text or "")).casefold()
    # Folding can take a text out of its normal form.
    folded = unicodedata.normalize("NFKC", folded)
    return re.sub(r"[\W_]+", "", folded)


def address_changed(old: Mapping, new: Mapping) -> bool:
    """Whether two addresses differ after normalising.

    :param old: street, zip, city and country; a missing part is empty
    """
    return any(
        normalise_address_part(old.get(field)) != normalise_address_part(new.get(field))
        for field in FIELDS
    )
