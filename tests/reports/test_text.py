"""The text report: what a curator sees."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from canonid.model import AuthorityUse, Judged, Place, Report, State, Verdict
from canonid.reports import Format, View, narrow, render
from tests.reports.samples import (
    ANAKINRA,
    CONFIRMED,
    CONFIRMED_NULL,
    DISCREPANT,
    MIXED,
    RUN,
    SPELLING,
    TRIAL_STATUS,
    UNAVAILABLE,
    UNDETERMINED,
    WAIVED,
    WRONG,
    claim,
    report,
)

QUIET = replace(RUN, authorities={})

GOLDEN = """\
wiki/adapalene.md:6:12 ID301 chembl-id CHEMBL1232 is ERTAPENEM SODIUM, not
    adapalene (no shared name; InChIKey differs); ADAPALENE is CHEMBL1265
    (pref_name, InChIKey LZCDAPDGXCYOEH-UHFFFAOYSA-N)
    proposal: CHEMBL1265 (high confidence: name and InChIKey agree)
    also on line 41

wiki/anakinra.md:4:12 confirmed chembl-id CHEMBL1201570: ChEMBL's preferred name
    ANAKINRA is the title
wiki/anakinra.md:5:12 confirmed_null pubchem-cid null: ANAKINRA is a protein
    (ChEMBL), and PubChem gives CIDs to discrete structures only

wiki/bakuchiol.md:7:12 undetermined pubchem-cid 5468522: no name or structure to
    compare with
wiki/bakuchiol.md:8:12 unavailable drugbank-id DB12345: no DrugBank export
    supplied

Checked:  5 claims on 3 pages: 1 confirmed, 1 confirmed_null, 1 discrepant,
    1 undetermined, 1 unavailable
Findings: 1 error
Authorities:
  chembl    synthetic 1; 1 request; ok
  drugbank  0 requests; unavailable: no DrugBank export supplied
  pubchem   2 requests; degraded: did not answer within 30 s

Hint: no DrugBank export was supplied: give one with --drugbank FILE to have
    DrugBank ids checked
Hint: pubchem could not be asked everything: what is unavailable was not
    checked, which does not make it wrong; the answers received so far are kept,
    run the same command again later
Hint: `canonid explain ID301` tells what a code means
"""


def text(shown: Report, view: View | None = None) -> str:
    """The report as text, 80 columns wide unless told otherwise."""
    return render(shown, Format.TEXT, view or View())


def many(*extra: Judged, count: int = 151, like: Judged = CONFIRMED) -> Report:
    """More claims than are listed one by one."""
    places = [Place(f"wiki/big{number:03}.md", 1, 1) for number in range(count)]
    judged = [replace(like, claim=replace(like.claim, place=place)) for place in places]
    return report(*judged, *extra, run=QUIET)


def test_the_whole_report_at_eighty_columns() -> None:
    """A small corpus: every claim with verdict and reason, then summary and hints."""
    assert text(MIXED) == GOLDEN


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_view(width: int) -> None:
    """Lines wrap; the words here are all shorter than a line."""
    assert max(map(len, text(MIXED, View(width=width)).splitlines())) <= width


def test_colour_changes_no_character() -> None:
    """With the colour taken out, what is left is the plain report."""
    colored = text(MIXED, View(color=True))
    assert "\x1b[31mID301\x1b[0m" in colored
    assert re.sub(r"\x1b\[\d*m", "", colored) == GOLDEN


def test_width_zero_keeps_every_entry_on_one_line() -> None:
    """For those who search in the output."""
    first = text(MIXED, View(width=0)).splitlines()[0]
    assert first == f"wiki/adapalene.md:6:12 ID301 {WRONG.message}"


def test_places_start_at_the_readers_directory() -> None:
    """So that a terminal opens them on a click."""
    assert text(report(CONFIRMED), View(base="../corpus")).startswith("../corpus/wiki/anakinra.md:4:12 confirmed ")


def test_a_place_that_leaves_no_room_has_a_line_of_its_own() -> None:
    """A long path does not squeeze the message into a column."""
    lines = text(report(CONFIRMED), View(base="a" * 60)).splitlines()
    assert lines[0] == f"{'a' * 60}/wiki/anakinra.md:4:12 confirmed"
    assert lines[1] == "    chembl-id CHEMBL1201570: ChEMBL's preferred name ANAKINRA is the title"


def test_a_large_corpus_lists_only_what_needs_attention() -> None:
    """Confirmed claims are counted, the undetermined ones listed."""
    shown = text(many(UNDETERMINED))
    assert shown.startswith("wiki/bakuchiol.md:7:12 undetermined ")
    assert "152 claims on 152 pages: 151 confirmed, 1 undetermined" in shown
    assert " confirmed chembl-id" not in shown


def test_verbose_lists_every_claim_of_a_large_corpus() -> None:
    """`-v` leaves nothing out."""
    assert text(many(), View(verbose=True)).count(" confirmed chembl-id") == 151


def test_many_claims_unchecked_for_one_reason_are_counted() -> None:
    """An outage does not bury the findings under a thousand equal lines."""
    shown = text(many(DISCREPANT, like=replace(UNAVAILABLE, reason="PubChem did not answer")))
    assert "wiki/big" not in shown
    assert "Hint: 151 claims could not be checked: PubChem did not answer (-v lists them)" in shown


def test_few_claims_unchecked_for_one_reason_are_listed() -> None:
    """Below that each one is worth its line."""
    assert text(many(UNAVAILABLE)).startswith("wiki/bakuchiol.md:8:12 unavailable ")


def test_quiet_shows_findings_and_nothing_else() -> None:
    """`-q` is for other programs and for those who know the rest."""
    assert text(MIXED, View(quiet=True)) == GOLDEN.partition("\n\n")[0] + "\n"


def test_quiet_without_findings_is_empty() -> None:
    """Nothing to say, nothing said."""
    assert text(report(CONFIRMED), View(quiet=True)) == ""


def test_a_warning_is_marked_as_one_and_a_discrepancy_with_a_history_says_so() -> None:
    """An error needs no mark; what a curator decided before is shown."""
    shown = text(report(DISCREPANT, findings=(WRONG, replace(SPELLING, state=State.WAIVED))), View(width=0))
    assert " ID103 [warning] chembl-id chembl1232 should be written CHEMBL1232 [waived]\n" in shown
    assert "Findings: 1 error, 1 warning" in shown


def test_a_null_is_proposed_as_the_word() -> None:
    """An explicit none is written `null` on a page."""
    assert WRONG.proposal is not None
    none = replace(WRONG, proposal=replace(WRONG.proposal, value=None))
    assert "    proposal: null (high confidence: " in text(report(DISCREPANT, findings=(none,)))


def test_other_places_are_named_on_this_page_and_elsewhere() -> None:
    """Lines of the page itself are short, other pages are named."""
    places = (Place("wiki/adapalene.md", 41, 1), Place("wiki/adapalene.md", 50, 1), Place("wiki/retinoids.md", 3, 7))
    shown = text(report(DISCREPANT, findings=(replace(WRONG, also=places),)))
    assert "    also on lines 41, 50 and in wiki/retinoids.md:3:7\n" in shown


def test_a_discrepant_claim_whose_finding_is_ignored_is_still_listed() -> None:
    """Looking away makes nothing right."""
    narrowed, hidden = narrow(MIXED, [], ["ID3"])
    shown = text(narrowed, View(hidden=hidden, width=0))
    assert "wiki/adapalene.md:6:12 discrepant chembl-id CHEMBL1232: the record is of another substance" in shown
    assert "Findings: none (1 more not shown because of --select or --ignore)" in shown


def test_select_keeps_codes_by_their_beginning() -> None:
    """`--select ID3` is a family, `--ignore ID301` an exception from it."""
    both = report(DISCREPANT, findings=(WRONG, SPELLING))
    assert narrow(both, ["ID1"], [])[0].findings == (SPELLING,)
    assert narrow(both, ["ID1", "ID3"], ["ID301"])[0].findings == (SPELLING,)
    assert narrow(both, [], []) == (both, 0)


def test_old_evidence_is_dated() -> None:
    """A verdict from an old reply says so."""
    shown = text(report(replace(CONFIRMED, evidence=(replace(ANAKINRA, stale=True),))))
    assert "\n    rests on old evidence: chembl of 2026-03-01\n" in shown


def test_records_compiled_by_hand_are_admitted() -> None:
    """Nobody takes an example for a reply of the authority."""
    compiled = replace(ANAKINRA, sources="compiled")
    shown = text(report(replace(CONFIRMED, evidence=(compiled,)), replace(CONFIRMED_NULL, evidence=(compiled,))))
    assert "Hint: 1 record compiled by hand, not received from an authority" in shown


def test_an_offline_run_with_gaps_says_how_to_fill_them() -> None:
    """And does not speak of an outage, because nobody was asked."""
    run = replace(RUN, offline=True, authorities={"chembl": AuthorityUse(None, 0, "unavailable: offline")})
    shown = text(report(replace(UNAVAILABLE, reason="offline"), run=run), View(width=0))
    assert "run again with --online" in shown
    assert "could not be asked everything" not in shown


def test_a_trial_status_is_shown_with_its_trial() -> None:
    """The status alone would not say which trial is meant."""
    assert "trial-status NCT05177822 recruiting: RECRUITING in the registry" in text(
        report(TRIAL_STATUS), View(width=0)
    )


def test_control_characters_never_reach_the_terminal() -> None:
    """A page or a server's reply cannot colour, move or retitle the reader's terminal."""
    evil = replace(CONFIRMED, reason="fine\x1b]0;owned\x07\nsecond line")
    evil = replace(evil, claim=claim("wiki/\x1b[2J.md", 1, "chembl-id", "chembl.compound", "CHEMBL25"))
    shown = text(report(evil, run=replace(RUN, authorities={"chembl": AuthorityUse("\x1b[1m", 0, "down\x1b[0m")})))
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "fine\ufffd]0;owned\ufffd second line" in " ".join(shown.split())


def test_a_long_status_continues_under_itself() -> None:
    """The table of authorities stays a table."""
    reason = "unavailable: ChEMBL did not answer within 30 s; check the network and the address in the settings"
    shown = text(report(CONFIRMED, run=replace(RUN, authorities={"chembl": AuthorityUse(None, 12, reason)})))
    assert (
        "  chembl  12 requests; unavailable: ChEMBL did not answer within 30 s; check the\n"
        "          network and the address in the settings\n"
    ) in shown


def test_a_claim_that_a_page_repeats_is_listed_once() -> None:
    """Front matter and body usually say the same; the reader need not read it twice."""
    again = replace(CONFIRMED, claim=replace(CONFIRMED.claim, place=Place("wiki/anakinra.md", 30, 5)))
    shown = text(report(again, CONFIRMED), View(width=0))
    assert shown.startswith("wiki/anakinra.md:4:12 confirmed ")
    assert "\nalso on line 30\n" in shown.replace("    ", "")
    assert "Checked:  2 claims" in shown
    assert shown.count("CHEMBL1201570") == 1


def test_an_undetermined_claim_with_a_finding_is_told_by_the_finding() -> None:
    """One line for one fact."""
    doubt = replace(UNDETERMINED, codes=("ID306",))
    thin = replace(SPELLING, code="ID306", place=doubt.claim.place, message="the record is too thin")
    shown = text(report(doubt, findings=(thin,)), View(width=0))
    assert shown.startswith("wiki/bakuchiol.md:7:12 ID306 [warning] the record is too thin\n\nChecked")


def test_a_report_without_authorities_has_no_table_of_them() -> None:
    """A corpus whose claims need nobody asked."""
    assert "Authorities" not in text(report(CONFIRMED, run=QUIET))


def test_every_verdict_has_a_word_of_its_own() -> None:
    """The last three verdicts are never merged."""
    shown = text(replace(MIXED, findings=()), View(width=0))
    words = {line.split()[1] for line in shown.splitlines() if line.startswith("wiki/")}
    assert words == {verdict.value for verdict in Verdict}


def test_what_is_waived_takes_one_line_that_steps_back() -> None:
    """Its terms instead of the message; the count says how many there are."""
    lines = render(WAIVED, Format.TEXT, View(width=0)).splitlines()
    assert lines[0] == (
        "wiki/adapalene.md:6:12 ID301 chembl-id CHEMBL1232 is waived until 2026-04-01 (A. Curator): known"
    )
    assert lines[1] == ""
    assert "Findings: 1 error (1 of them waived)" in lines
    painted = render(WAIVED, Format.TEXT, View(width=0, color=True)).splitlines()
    assert painted[0].startswith("\x1b[2mwiki/adapalene.md:6:12\x1b[0m \x1b[2mID301\x1b[0m ")


def test_what_is_waived_is_told_in_full_where_everything_is() -> None:
    """With -v; and not at all where only what counts is shown."""
    whole = render(WAIVED, Format.TEXT, View(verbose=True, width=0)).splitlines()
    assert "is ERTAPENEM SODIUM" in whole[0]
    assert whole[0].endswith("[waived until 2026-04-01 (A. Curator): known]")
    assert render(WAIVED, Format.TEXT, View(quiet=True)) == ""


def test_waivers_that_waive_nothing_are_pointed_out() -> None:
    """Where each is, and what to do; those in use are not mentioned."""
    hints = [line for line in render(WAIVED, Format.TEXT, View(width=0)).splitlines() if "waiver at" in line]
    expired, idle = hints
    assert "waiver at .canonid/waivers.toml:3 (ID301 fisetin chembl-id) ended on 2026-01-01: mend the page" in expired
    assert "waiver at wiki/metformin.md:4 (ID103 metformin) is of nothing that is found any more: take it out" in idle
