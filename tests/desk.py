"""A small world to look things up in, and the desk to do it from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from canonid.authorities.base import Authority
from canonid.authorities.chembl import ChemblAuthority
from canonid.authorities.clinicaltrials import ClinicalTrialsAuthority
from canonid.authorities.drugbank import DrugBankAuthority
from canonid.authorities.drugbank.catalogue import import_exports
from canonid.authorities.pacing import Budget, Rationed
from canonid.authorities.pubchem import PubChemAuthority
from canonid.authorities.transport import Courier, NoPacer
from canonid.corpus import fields_from, read_corpus
from canonid.gather import Gatherer
from canonid.lookup import Card, Column, lookup, lookup_page
from canonid.store.evidence import EvidenceStore
from tests.authorities.drugbank_files import ANAKINRA, SIROLIMUS, whole_vocabulary, write
from tests.emulator import Emulator, World, compound, molecule, study
from tests.emulator import lookup as listing
from tests.emulator.wire import AUTHORITIES

METFORMIN_KEY = "XZWYZXLIPXDOLR-UHFFFAOYSA-N"
SALT_KEY = "OETHQSJEHLVLGH-UHFFFAOYSA-N"
SIROLIMUS_KEY = "QFJCIRLUMZQUOT-HPLJOQBZSA-N"
FLAT_SIROLIMUS_KEY = "QFJCIRLUMZQUOT-UHFFFAOYSA-N"
ADAPALENE_KEY = "LZCDAPDGXCYOEH-UHFFFAOYSA-N"

# Rows of DrugBank's vocabulary (CC0), synonyms shortened; the last ones are synthetic.
METFORMIN = "DB00331,APRD01099,Metformin,657-24-9,9100L32L2N,Dimethylbiguanid,XZWYZXLIPXDOLR-UHFFFAOYSA-N"
TOCILIZUMAB = "DB06273,,Tocilizumab,375823-41-9,I031V2H011,Atlizumab,"
VEXATIN = "DB99001,,Vexatin,,,Twinol,EEEEEEEEEEEEEE-BBBBBBBBSA-N"
GAMMA = "DB99005,,Gamma three,,,Sharedol,NNNNNNNNNNNNNN-BBBBBBBBSA-N"
DOUBLES = ("DB99006,,Doublol,,,,OOOOOOOOOOOOOO-BBBBBBBBSA-N", "DB99007,,Doublol,,,,PPPPPPPPPPPPPP-BBBBBBBBSA-N")


def world() -> World:
    """Ids, names and keys as in the authorities; CHEMBL9000… and what is named after nothing are synthetic."""
    made = World.of(
        molecule(
            "CHEMBL1431", "METFORMIN", inchikey=METFORMIN_KEY, formula="C4H11N5", weight="129.17", max_phase="4.0"
        ),
        molecule(
            "CHEMBL1703", "METFORMIN HYDROCHLORIDE", inchikey=SALT_KEY, synonyms=["Glucophage"], parent="CHEMBL1431"
        ),
        molecule("CHEMBL413", "SIROLIMUS", inchikey=SIROLIMUS_KEY, synonyms=["Rapamycin"]),
        molecule("CHEMBL1265", "ADAPALENE", inchikey=ADAPALENE_KEY, formula="C28H28O3"),
        molecule("CHEMBL1232", "ERTAPENEM SODIUM", inchikey="ZXNAQFZBWUNWJM-HRXMHBOMSA-M"),
        molecule("CHEMBL1201570", "ANAKINRA", molecule_type="Protein"),
        molecule("CHEMBL1237022", "TOCILIZUMAB", molecule_type="Antibody", synonyms=["Actemra"]),
        molecule(
            "CHEMBL900001", "ALPHA ONE", inchikey="AAAAAAAAAAAAAA-BBBBBBBBSA-N", synonyms=["Exemplar", "Sharedol"]
        ),
        molecule("CHEMBL900002", "BETA TWO", inchikey="CCCCCCCCCCCCCC-BBBBBBBBSA-N", synonyms=["Exemplar"]),
        molecule("CHEMBL900003", "VEXATIN", inchikey="FFFFFFFFFFFFFF-BBBBBBBBSA-N"),
        molecule("CHEMBL900004", "PAIR", inchikey="GGGGGGGGGGGGGG-BBBBBBBBSA-N", synonyms=["Pairol"]),
        molecule("CHEMBL900005", "PAIR SODIUM", synonyms=["Pairol"], parent="CHEMBL900004"),
        molecule("CHEMBL900006", "TWINOL", inchikey="LLLLLLLLLLLLLL-BBBBBBBBSA-N"),
        molecule("CHEMBL900007", "TWINOL", inchikey="MMMMMMMMMMMMMM-BBBBBBBBSA-N"),
        molecule("CHEMBL900008", "DELTA FOUR", synonyms=["Blurrol"]),
        molecule("CHEMBL900009", "EPSILON FIVE", synonyms=["Blurrol"]),
        molecule("CHEMBL900010", "DOUBLOL"),
        molecule("CHEMBL900011", "NAMESAKIN", molecule_type="Protein"),
        listing("CHEMBL203", "TARGET"),
        listing("CHEMBL204", "ASSAY"),
        listing("CHEMBL77", "COMPOUND", "OBS"),
        compound(4091, "Metformin", METFORMIN_KEY, "C4H11N5", "129.16", ["657-24-9", "UNII-9100L32L2N", "Glucophage"]),
        compound(14219, "Metformin Hydrochloride", SALT_KEY, "C4H12ClN5", "165.62", parent=4091),
        compound(5284616, "Sirolimus", SIROLIMUS_KEY, synonyms=["Rapamycin"]),
        compound(5040, "rapamycin", FLAT_SIROLIMUS_KEY),
        compound(60164, "Adapalene", ADAPALENE_KEY, "C28H28O3", "412.5", ["106685-40-9"]),
        compound(10150081, "a small molecule", "DDDDDDDDDDDDDD-BBBBBBBBSA-N", synonyms=["tocilizumab"]),
        compound(9956119, "Laduviglusib", "AQGNHMOJWBZFQQ-UHFFFAOYSA-N", "C22H18Cl2N8", synonyms=["CHIR-99021"]),
        compound(900001, "Loneliol", "HHHHHHHHHHHHHH-BBBBBBBBSA-N"),
        compound(900002, "First of two", "IIIIIIIIIIIIII-BBBBBBBBSA-N", synonyms=["50-00-0"]),
        compound(900003, "Second of two", "JJJJJJJJJJJJJJ-BBBBBBBBSA-N", synonyms=["50-00-0"]),
        compound(900004, None, "GGGGGGGGGGGGGG-BBBBBBBBSA-N"),
        compound(900005, None, "KKKKKKKKKKKKKK-BBBBBBBBSA-N"),
        compound(900006, None, None, "C2H6"),
        compound(900007, "Exemplar", "QQQQQQQQQQQQQQ-BBBBBBBBSA-N"),
        compound(900008, "Namesakin", "RRRRRRRRRRRRRR-BBBBBBBBSA-N"),
        study("NCT05177822", "VA-ART4", "ACTIVE_NOT_RECRUITING", ["Anakinra"], aliases=["NCT00009113"]),
    )
    made.preferred |= {111: 4091, 112: 999_999}
    made.deposits |= {"DB00210": {46505444: [60164]}, "DB99002": {900001: [999_999]}, "DB99003": {900002: [900006]}}
    made.deposits["DB99004"] = {900003: [4091], 900004: [60164]}
    made.names["64-17-5"] = [4091]
    return made


EXPORT = whole_vocabulary(METFORMIN, SIROLIMUS, ANAKINRA, TOCILIZUMAB, VEXATIN, GAMMA, *DOUBLES)


@dataclass
class Desk:
    """Where a curator looks things up: the real store and authorities, without the pauses between requests."""

    services: Emulator
    folder: Path

    @property
    def database(self) -> Path:
        """The store."""
        return self.folder / "canonid.sqlite"

    @property
    def catalogue(self) -> Path:
        """The imported export, where the command looks for it."""
        return self.folder / "canonid.drugbank.sqlite"

    def look(
        self,
        query: str | Path,
        *,
        offline: bool = False,
        afresh: Path | None = None,
        export: bool = True,
        budget: int | None = None,
    ) -> Card:
        """The one card for a query, or for a page if it is a path; `afresh` is a store to use in place of the own."""
        with EvidenceStore(afresh or self.database) as store, self._authorities(export, budget) as authorities:
            gatherer = Gatherer(authorities, store, offline=offline)
            if isinstance(query, Path):
                (page,) = read_corpus([query], query.parent, fields_from({}))
                return lookup_page(page, gatherer, store)
            (card,) = lookup(query, gatherer, store)
        return card

    @contextmanager
    def _authorities(self, export: bool, budget: int | None) -> Iterator[tuple[Authority, ...]]:
        def courier(label: str) -> Courier:
            return Courier(label, attempts=1, pacer=Rationed(NoPacer(), Budget(budget)))

        trials = ClinicalTrialsAuthority(self.services.clinicaltrials_url, courier("ClinicalTrials.gov"), "")
        with closing(trials):
            yield (
                ChemblAuthority(self.services.chembl_url, courier("ChEMBL"), ""),
                PubChemAuthority(self.services.pubchem_url, courier("PubChem"), ""),
                DrugBankAuthority(self.catalogue if export else None),
                trials,
            )

    def requests(self) -> int:
        """How many requests have arrived at the services."""
        return sum(self.services.count(name) for name in AUTHORITIES)


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    """A desk with its store in `folder`, nothing asked yet."""
    with Emulator(world()) as services:
        desk = Desk(services, folder)
        import_exports(desk.catalogue, [write(folder, EXPORT, "drugbank vocabulary.csv")])
        yield desk


def column(card: Card, authority: str) -> Column:
    """The column of one authority."""
    (found,) = (item for item in card.columns if item.authority == authority)
    return found


def identifiers(card: Card) -> dict[str, str | None]:
    """The identifier that each authority has."""
    return {item.authority: item.record.reference.identifier if item.record else None for item in card.columns}
