"""The number of active trials in the front matter, in a table, and what the page says of it."""

from __future__ import annotations

import pytest

from canonid.corpus.fields import Fields, FieldSpec, fields_from
from canonid.identifiers import CLINICALTRIALS
from canonid.model import Claim, ClaimKind, Predicate
from tests.corpus.reading import claims, page, rows


def count(text: str) -> Claim:
    (claim,) = (claim for claim in page(text).claims if claim.kind is ClaimKind.COUNT)
    return claim


def test_a_number_of_trials_is_a_claim() -> None:
    """With its place and the comment behind it; it is no identifier."""
    text = "---\nclinical-trials-active: 29   # queried 2026-05-07\n---\n# Anakinra\n"
    claim = count(text)

    assert (claim.text, str(claim.place), claim.comment) == ("29", "fisetin.md:2:25", "queried 2026-05-07")
    assert (claim.prefix, claim.predicate, claim.reading) == (CLINICALTRIALS, Predicate.RELATED, None)
    assert text[claim.start : claim.end] == "29"


@pytest.mark.parametrize("value", ["null", "", "~", "about 30", "1-3", "-1", "3.5", "12345678", "many"])
def test_what_is_no_number_of_trials(value: str) -> None:
    """None, nothing and guesses cannot be compared."""
    assert claims(f"---\nclinical-trials-active: {value}\n---\n") == []


def test_lines_that_name_the_field_are_its_comment() -> None:
    """There curators write what they counted and when; HTML comments too, code not."""
    text = (
        "---\nclinical-trials-active: 4   # oncology\n---\n# A\n\n"
        "- **`clinical-trials-active: 4`** for aging endpoints only.\n\n"
        "<!-- clinical-trials-active: queried 2026-05-12 -->\n\n"
        "```\nclinical-trials-active: 0 # template\n```\n\n"
        "See also clinical-trials-active-total.\n"
    )

    assert count(text).comment == (
        "oncology | `clinical-trials-active: 4`** for aging endpoints only. | "
        "clinical-trials-active: queried 2026-05-12"
    )


def test_a_column_of_a_table() -> None:
    """One number a row; cells without one claim nothing."""
    read = rows("subject,clinical-trials-active\nanakinra,29\nfisetin,null\nquercetin,some\n")

    assert [[(claim.kind, claim.text) for claim in row.claims] for row in read] == [[(ClaimKind.COUNT, "29")], [], []]


def test_another_key_may_hold_it() -> None:
    """`[corpus.fields]` names it by the key that holds it by default."""
    fields = fields_from({"Active Trials": "clinical-trials-active"})
    spec = FieldSpec(CLINICALTRIALS, Predicate.RELATED, ClaimKind.COUNT)

    assert fields.spec("active-trials") == spec == Fields().spec("clinical-trials-active")
    (claim,) = page("---\nactive trials: 7\n---\nSo many `active-trials` as of 2026-01-05.\n", fields=fields).claims
    assert (claim.text, claim.comment) == ("7", "So many `active-trials` as of 2026-01-05.")
