"""Front matter after a fix, read again by PyYAML and by js-yaml, which are strict in different ways."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import quickjs
import yaml

from canonid.corpus import fields_from
from canonid.corpus.source import Source
from canonid.corpus.wiki import read_page
from canonid.mending import plan_mending
from canonid.settings import load_settings
from tests import js_yaml
from tests.test_fixes import finding, plans

EXAMPLES = Path(__file__).parents[1] / "examples"


def front_matter(text: str) -> str:
    match = re.match(r"\ufeff?---\r?\n(.*?)^---", text, re.DOTALL | re.MULTILINE)
    assert match
    return match[1]


def both(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the two readers make of the front matter; texts and numbers are compared as texts."""
    head = front_matter(text)
    return yaml.load(head, yaml.BaseLoader), js_yaml.load(head)  # noqa: S506 - makes nothing but texts


def test_js_yaml_is_strict() -> None:
    """Otherwise it proves nothing."""
    with pytest.raises(quickjs.JSException, match="duplicated mapping key"):
        js_yaml.load("a: 1\na: 2\n")
    assert js_yaml.load("a: {b: [1, null]}\n") == {"a": {"b": [1, None]}}


STYLES = [
    "CHEMBL1232", "'CHEMBL1232'", '"CHEMBL1232"', "CHEMBL1232   # c", "'CHEMBL1232' # it's", "|-\n  CHEMBL1232",
    ">-\n  CHEMBL1232", ">\n  CHEMBL\n  1232", "&a CHEMBL1232", "!!str CHEMBL1232", "\n  CHEMBL1232",
    "\n  'CHEMBL1232'", '"\\x43HEMBL1232"',
]  # fmt: skip
NULLS = ["null", "~", "Null", "'null'", "null   # not confirmed", "none", "&a null", "\n  null", ">\n  null"]


@pytest.mark.parametrize("form", [("", "\n"), ("", "\r\n"), ("\ufeff", "\n")], ids=["LF", "CRLF", "BOM"])
@pytest.mark.parametrize(
    ("field", "style", "new"),
    [
        *(("chembl-id", style, "CHEMBL1265") for style in STYLES),
        *(("chembl-id", style, "CHEMBL1265") for style in NULLS),
        *(("pubchem-cid", style, "60164") for style in NULLS),
    ],
)
@pytest.mark.parametrize("after", ["aliases: ['x, y', z]\n---\n", "---\n"], ids=["key after", "nothing after"])
def test_a_fixed_value_is_read_by_both(field: str, style: str, new: str, form: tuple[str, str], after: str) -> None:
    """In every style in which it may stand; the neighbours read as before."""
    bom, end = form
    text = f'{bom}---\ntitle: "A: b"\n{field}: {style}\n{after}# A\n'.replace("\n", end)
    page = read_page(Source("p.md", text), "p", fields_from({}))
    (plan,) = plans(page, text, finding(page, field, new))

    for before, read in zip(both(text), both(plan.after), strict=True):
        assert str(read[field]).strip() == new
        assert {**read, field: ""} == {**before, field: ""}


def test_the_fixed_examples_are_read_by_both(tmp_path: Path) -> None:
    """Real pages: nothing but the proposed values reads differently."""
    shutil.copytree(EXAMPLES, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sqlite*"))
    config = tmp_path / "canonid.toml"
    config.write_text(config.read_text().replace("../cache/", ""))
    settings = load_settings(paths=[tmp_path / "wiki"], environ={})
    changed = []
    for plan in plan_mending(settings, [tmp_path / "wiki"], unsafe=True).plans:
        new = {edit.text for edit in plan.edits}
        for before, after in zip(both(plan.before), both(plan.after), strict=True):
            assert before.keys() == after.keys()
            differing = {key for key in before if before[key] != after[key]}
            assert {str(after[key]) for key in differing} <= new
            changed += sorted(differing)

    assert changed.count("chembl-id") >= 4
