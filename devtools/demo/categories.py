"""Product categories derived from product names, the same on every run.

A name's head word (its last noun: "red retrospot *mug*") puts the product into a family
of household goods. What belongs to no family is grouped by its own head word when
enough products share it; the rest is "Other".
"""

import re
from collections import Counter

OTHER = "Other"
MOST_CATEGORIES = 20
# Fewer products than this make no category of their own.
SMALLEST = 8

# The season wins over the thing: nobody looks for a Christmas mug among the mugs.
SEASONS = {
    "Christmas": "christmas xmas advent santa reindeer snowman snowflake nativity noel "
    "bauble stocking",
    "Easter & spring": "easter egg bunny chick",
}
FAMILIES = {
    "Bags": (
        "bag shopper tote handbag rucksack holdall satchel purse wallet trolley "
        "charlotte"
    ),
    "Mugs & cups": ("mug cup beaker teacup cupset saucer tumbler"),
    "Candles & lights": (
        "candle light lantern nightlight lamp lampshade candleholder candlestick "
        "chandelier incense votive torch tlight"
    ),
    "Kitchen & baking": (
        "kitchen cake cakestand baking apron spoon bowl plate dish tray jug jar "
        "teapot oven mould cutter cutlery cakecase scale tin breadbin recipe pan "
        "chopping board rack coaster placemat cosy whisk grater ladle tea coffee "
        "sugar butter dinner"
    ),
    "Lunch & picnic": (
        "lunch lunchbox lunchbag picnic snack bottle flask thermos napkin basket "
        "parasol"
    ),
    "Signs": ("sign chalkboard blackboard plaque slogan"),
    "Clocks": ("clock watch timer alarm"),
    "Paper & cards": (
        "card paper wrap tissue notebook envelope sticker book journal pad stationery "
        "letter diary calendar tag pen pencil eraser stamp ruler notepad gift ribbon "
        "tape scissor"
    ),
    "Party": (
        "party bunting balloon streamer doily garland confetti invite cone case flag "
        "honeycomb disco"
    ),
    "Toys & games": (
        "toy game doll playing puzzle skittle jigsaw skipping rope marble dolly "
        "puppet teddy bear feltcraft domino snap tattoo jack babushka kite knitting"
    ),
    "Textiles & cushions": (
        "cushion quilt blanket throw towel rug doormat mat curtain pillow cover cloth "
        "tablecloth duvet bedding slipper"
    ),
    "Storage & boxes": (
        "box drawer cabinet storage chest trinket crate shelf cupboard hamper stand"
    ),
    "Frames & wall": (
        "frame photo picture mirror wall art print canvas mural decal tile mosaic"
    ),
    "Hooks & hardware": (
        "hook knob hanger doorstop handle key bell magnet doorknob hinge coat fixture"
    ),
    "Garden": (
        "garden plant planter pot watering birdhouse birdcage trowel rake seed herb "
        "marker gnome windmill thermometer glove"
    ),
    "Jewellery": (
        "necklace bracelet earring ring brooch bangle charm bead pendant hairclip "
        "jewellery hairslide hair locket chain keyring"
    ),
    "Bath & beauty": (
        "soap bath sponge lip toothbrush manicure sewing tissues scent perfume "
        "plaster bathroom toilet"
    ),
    "Warmth & weather": ("warmer umbrella raincoat poncho heater fan scarf hat"),
    "Vases & ornaments": (
        "vase ornament figurine wreath statue decoration mobile chime trellis"
    ),
}
# A motif says what a thing shows; it counts only where no thing is named.
MOTIFS = set(
    "heart star rose flower bird butterfly angel fairy dove cherub skull owl cat "
    "dog bear leaf daisy strawberry apple love spaceboy woodland princess baroque "
    "fruit".split()
)
MOTIF_FAMILY = "Vases & ornaments"
# Words that say how a thing looks, not what it is.
_LOOKS = set(
    "red blue pink white black green yellow purple ivory cream silver gold grey brown "
    "orange turquoise lilac mint navy copper bronze chrome natural multicolour colour "
    "small large mini jumbo medium big giant tiny long short tall round square oval "
    "set pack pair piece pcs assorted asst design style designs colours mixed vintage "
    "retro antique french english classic modern traditional new wooden wood metal "
    "zinc glass ceramic enamel felt porcelain plastic retrospot polkadot spot spots "
    "stripe stripes gingham paisley floral check and or of a the s".split()
)
_JOINTS = re.compile(r"\b(with|w|in|for|on|by|from)\b")


def categorise(names: dict[str, str]) -> dict[str, str]:
    """The category of every product, by code.

    :param names: product names by code.
    """
    words_by_code = {code: _words(name) for code, name in names.items()}
    family_by_word = {
        _singular(word): family
        for family, words in FAMILIES.items()
        for word in words.split()
    }
    result = {}
    for code, words in words_by_code.items():
        things = [word for word in words if word not in MOTIFS]
        # "Cook with wine metal sign": when what stands before the joint tells nothing.
        things = _words(names[code], whole=True)[len(words) :] + things
        family = next(
            (
                family_by_word[word]
                for word in reversed(things)
                if word in family_by_word
            ),
            MOTIF_FAMILY if MOTIFS.intersection(words) else "",
        )
        result[code] = _season(names[code]) or family
    _add_own_groups(result, words_by_code)
    return _fold_small(result)


def _words(name: str, whole: bool = False) -> list[str]:
    """The telling words of a name in the singular, the head word last.

    :param whole: also those after "with", "in", ..., which tell less.
    """
    text = name.lower().replace("/", " ")
    if not whole:
        text = _JOINTS.split(text)[0] or text
    words = [_singular(word) for word in re.findall(r"[^\W\d_]+", text)]
    return [word for word in words if word not in _LOOKS and len(word) > 2]


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us")) and len(word) > 3:
        return word[:-1]
    return word


def _season(name: str) -> str:
    words = {_singular(word) for word in re.findall(r"[^\W\d_]+", name.lower())}
    for season, markers in SEASONS.items():
        if words & {_singular(marker) for marker in markers.split()}:
            return season
    return ""


def _add_own_groups(result: dict, words_by_code: dict) -> None:
    """Name groups among the products of no family after their common head word."""
    heads = {
        code: words[-1]
        for code, words in sorted(words_by_code.items())
        if words and not result[code]
    }
    room = MOST_CATEGORIES - len({category for category in result.values() if category})
    sizes = Counter(heads.values())
    common = sorted(sizes, key=lambda word: (-sizes[word], word))[: max(room, 0)]
    own = {word: word.capitalize() + "s" for word in common if sizes[word] >= SMALLEST}
    for code, head in heads.items():
        result[code] = own.get(head, "")


def _fold_small(result: dict) -> dict[str, str]:
    """Put the categories with few products under "Other".

    In a small assortment even a handful is a category.
    """
    sizes = Counter(result.values())
    least = min(SMALLEST, max(1, len(result) // 100))
    return {
        code: category if category and sizes[category] >= least else OTHER
        for code, category in sorted(result.items())
    }
