"""Categories from product names."""

from devtools.demo.categories import OTHER, categorise


def test_the_head_word_decides_not_how_it_looks():
    names = {
        "1": "RED RETROSPOT MUG",
        "2": "SET OF 3 CAKE TINS PANTRY DESIGN",
        "3": "JUMBO BAG BAROQUE BLACK WHITE",
        "4": "GARDEN METAL SIGN",
        "5": "COOK WITH WINE METAL SIGN",
        "6": "PINK HANGING HEART T-LIGHT HOLDER",
    }
    assert categorise(names) == {
        "1": "Mugs & cups",
        "2": "Kitchen & baking",
        "3": "Bags",
        "4": "Signs",
        "5": "Signs",
        "6": "Candles & lights",
    }


def test_the_season_wins_over_the_thing():
    assert categorise({"1": "CHRISTMAS MUG"}) == {"1": "Christmas"}


def test_a_motif_counts_only_where_no_thing_is_named():
    found = categorise({"1": "DOORMAT HEARTS", "2": "WOODEN HEART"})
    assert found == {"1": "Textiles & cushions", "2": "Vases & ornaments"}


def test_unknown_goods_are_grouped_by_a_common_head_word():
    names = {f"s{n}": f"Model {n} gearbox" for n in range(12)} | {"x": "Flywheel"}
    found = categorise(names)
    assert found["s3"] == "Gearboxs"
    assert found["x"] == OTHER


def test_no_name_is_other_and_the_order_of_the_names_does_not_matter():
    names = {str(n): name for n, name in enumerate(["", "RED MUG", "BLUE SIGN", "??"])}
    assert categorise(names) == categorise(dict(reversed(names.items())))
    assert categorise(names)["0"] == OTHER
