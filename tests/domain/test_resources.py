"""Shipped tables: every one opens, and its codes can be relied on."""

from __future__ import annotations

import pytest

import resources
from domain.papers import FORMS


def entries(name: str) -> list[dict[str, str]]:
    found = resources.table(name)["entries"]
    assert isinstance(found, list)
    return found


LISTS = [
    "channels",
    "content_classes",
    "ethnic_groups",
    "forms",
    "id_kinds",
    "occupations",
    "org_types",
    "purposes",
    "regions",
    "sexes",
]


@pytest.mark.parametrize("name", LISTS)
def test_codes_are_unique_and_every_entry_has_its_label(name):
    rows = entries(name)
    codes = [row["code"] for row in rows]
    assert len(set(codes)) == len(codes)
    assert all(row["label"].strip() for row in rows)


def test_every_shipped_table_says_where_it_comes_from():
    for name in resources.tables():
        assert resources.table(name)["name"]
    assert all(resources.table(name)["source"] for name in LISTS)


def test_there_are_56_ethnic_groups_beside_the_two_other_codes():
    assert len([row for row in entries("ethnic_groups") if row["code"] <= "56"]) == 56


def test_the_table_of_forms_says_what_the_rules_say_of_each():
    listed = [(row["code"], row["label"], int(row["copies"]), row["series"]) for row in entries("forms")]
    assert listed == [(code, form.title, form.copies, form.series) for code, form in FORMS.items()]
    assert {code[:3] for code in FORMS} == {f"F{n:02d}" for n in range(1, 27)}


def test_there_are_17_occupations_and_20_first_level_classes():
    assert len(entries("occupations")) == 17
    assert len([row for row in entries("content_classes") if not row["parent"]]) == 20


@pytest.mark.parametrize("name", ["content_classes", "regions"])
def test_every_parent_exists(name):
    codes = {row["code"] for row in entries(name)}
    assert all(row["parent"] in codes for row in entries(name) if row["parent"])


def test_the_region_seed_is_marked_synthetic():
    assert resources.table("regions")["synthetic"] is True
    assert all(row["code"].startswith("370299") and len(row["code"]) == 12 for row in entries("regions"))


def test_what_is_not_shipped_is_not_found_and_nothing_outside_is_opened():
    for name in ("tables/none.json", "../pyproject.toml", "/etc/hostname"):
        with pytest.raises(FileNotFoundError):
            resources.path(name)
