"""The tree of units: what lies below and above one, and the lists that are refused with their reason."""

from pathlib import Path

import pytest

from shared.units import BadUnits, Units, load_units

UNITS = Units(
    {"district": "区", "bureau": "局", "water": "水务", "drains": "排水", "roads": "道路"},
    {"bureau": "district", "water": "bureau", "drains": "water", "roads": "district"},
)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("district", {"district", "bureau", "water", "drains", "roads"}),
        ("bureau", {"bureau", "water", "drains"}),
        ("water", {"water", "drains"}),
        ("drains", {"drains"}),
        ("unheard-of", {"unheard-of"}),
        ("", {""}),
    ],
)
def test_a_unit_comes_with_all_below_it_and_an_unknown_one_alone(code: str, found: set[str]) -> None:
    assert UNITS.with_those_below(code) == found


def test_a_unit_lies_within_those_above_it_the_nearest_first() -> None:
    assert UNITS.chain("drains") == ("drains", "water", "bureau", "district")
    assert UNITS.chain("district") == ("district",)
    assert UNITS.chain("unheard-of") == ("unheard-of",)


def listed(folder: Path, *units: tuple[str, str | None]) -> Path:
    file = folder / "units.toml"
    tables = [
        f'[[unit]]\ncode = "{code}"\nname = "N{code}"\n' + (f'within = "{within}"\n' if within else "") for code, within in units
    ]
    file.write_text("\n".join(tables), encoding="utf-8")
    return file


def test_a_list_of_units_keeps_its_order_and_may_name_a_unit_before_the_one_it_lies_within(tmp_path: Path) -> None:
    units = load_units(listed(tmp_path, ("z", "b"), ("b", "a"), ("a", None)))
    assert list(units.items()) == [("z", "Nz"), ("b", "Nb"), ("a", "Na")]
    assert units.chain("z") == ("z", "b", "a")
    assert load_units(tmp_path / "none.toml") == {}


@pytest.mark.parametrize(
    ("units", "why"),
    [
        ([("a", "nowhere")], "unit a lies within nowhere, which is not in the list"),
        ([("a", "a")], "unit a lies within itself, by way of a"),
        ([("a", "b"), ("b", "a")], "unit a lies within itself, by way of a"),
        ([("a", "b"), ("b", "c"), ("c", "b")], "unit a lies within itself, by way of b"),
    ],
)
def test_a_unit_within_an_unknown_one_or_within_itself_is_refused(
    tmp_path: Path, units: list[tuple[str, str | None]], why: str
) -> None:
    file = listed(tmp_path, *units)
    with pytest.raises(BadUnits) as refused:
        load_units(file)
    assert str(refused.value) == f"{file}: {why}"


def test_a_unit_that_is_listed_twice_is_refused(tmp_path: Path) -> None:
    file = listed(tmp_path, ("a", "b"), ("b", None), ("a", None))
    with pytest.raises(BadUnits) as refused:
        load_units(file)
    assert str(refused.value) == f"{file}: unit a is listed 2 times"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[unit]]\ncode = "a"\n', "unit a: name is missing"),
        ('[[unit]]\ncode = "a"\nname = "A"\nwithn = "b"\n', "unit a: withn is no field; did you mean within?"),
        ('[unit]\ncode = "a"\n', "unit: is no list: write unit = […], or a table [[unit]] for each"),
        ("", "unit is missing"),
    ],
)
def test_a_list_of_units_that_says_too_little_or_too_much_is_refused_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "units.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadUnits) as refused:
        load_units(file)
    assert str(refused.value) == f"{file}: {why}"
