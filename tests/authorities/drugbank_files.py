"""Small DrugBank exports for tests, in the shape of the real ones.

The vocabulary rows are facts of DrugBank's open-data vocabulary (CC0). Everything in the shape of the other exports,
which may not be redistributed, is synthetic: names, numbers and texts are made up.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from canonid.authorities.drugbank.catalogue import WHOLE_FROM

VOCABULARY_HEADER = "DrugBank ID,Accession Numbers,Common name,CAS,UNII,Synonyms,Standard InChI Key"
ANAKINRA = (
    "DB00026,BTD00060 | BIOD00060,Anakinra,143090-92-0,9013DUQ28K,"
    "Anakinra | IL-1RA | Interleukin-1 receptor antagonist anakinra,"
)
SIROLIMUS = (
    "DB00877,APRD00178 | DB02439,Sirolimus,53123-88-9,W36ZG6FT64,"
    "(-)-Rapamycin | Rapamycin | Sirolimús | Sirolimus | Sirolimusum,QFJCIRLUMZQUOT-HPLJOQBZSA-N"
)
BERBERINE = 'DB04115,EXPT00672,Berberine,2086-83-1,0I8Y3P32UF,"",YBHILYKTIRIUTE-UHFFFAOYSA-N'
FISETIN = (
    'DB07795,"",Fisetin,528-48-3,OO2ABO9578,'
    "\"2-(3,4-Dihydroxyphenyl)-3,7-dihydroxy-4H-1-benzopyran-4-one | 3,3',4',7-Tetrahydroxyflavone\","
    "XHEFDIBZLJXQHF-UHFFFAOYSA-N"
)

NAMESPACE = "http://www.drugbank.ca"
ROOT = f'<drugbank xmlns="{NAMESPACE}" version="5.1" exported-on="2024-01-02">'

SMALL_MOLECULE = """
<drug type="small molecule" created="2005-06-13" updated="2024-01-02">
  <drugbank-id primary="true">DB90001</drugbank-id>
  <drugbank-id>EXPT90001</drugbank-id>
  <drugbank-id>DB90009</drugbank-id>
  <name>Exemplarin</name>
  <description>Made up.</description>
  <cas-number>528-48-3</cas-number>
  <unii>OO2ABO9578</unii>
  <average-mass>286.2363</average-mass>
  <groups>
    <group>approved</group>
    <group>investigational</group>
  </groups>
  <classification>
    <direct-parent>Flavonols</direct-parent>
    <alternative-parent>Polypeptides</alternative-parent>
  </classification>
  <salts>
    <salt>
      <drugbank-id>DBSALT900001</drugbank-id>
      <name>Exemplarin sodium</name>
      <inchikey>AAAAAAAAAAAAAA-BBBBBBBBSA-N</inchikey>
      <strange>left out</strange>
    </salt>
    <salt/>
  </salts>
  <synonyms>
    <synonym language="english" coder="inn/usan">Exemplarin</synonym>
    <synonym language="french" coder="">Exemplarine
       longue</synonym>
    <synonym/>
  </synonyms>
  <mixtures>
    <mixture>
      <name>Mix</name>
    </mixture>
  </mixtures>
  <categories>
    <category>
      <category>Vaccines</category>
      <mesh-id>D014612</mesh-id>
    </category>
    <category>
      <category>Flavonoids</category>
      <mesh-id/>
    </category>
  </categories>
  <atc-codes>
    <atc-code code="A01AA01">
      <level code="A01AA">Level</level>
    </atc-code>
  </atc-codes>
  <drug-interactions>
    <drug-interaction>
      <drugbank-id>DB90002</drugbank-id>
      <name>Other</name>
    </drug-interaction>
  </drug-interactions>
  <calculated-properties>
    <property>
      <kind>logP</kind>
      <value>1.97</value>
      <source>ALOGPS</source>
    </property>
    <property>
      <kind>Molecular Formula</kind>
      <value>C15H10O6</value>
      <source>ChemAxon</source>
    </property>
    <property>
      <kind>Molecular Weight</kind>
      <value>286.24</value>
      <source>ChemAxon</source>
    </property>
    <property>
      <kind>InChIKey</kind>
      <value>InChIKey=XHEFDIBZLJXQHF-UHFFFAOYSA-N</value>
      <source>ChemAxon</source>
    </property>
  </calculated-properties>
  <experimental-properties/>
  <external-identifiers>
    <external-identifier>
      <resource>ChEMBL</resource>
      <identifier>CHEMBL900001</identifier>
    </external-identifier>
    <external-identifier>
      <resource>PubChem Compound</resource>
      <identifier>900001</identifier>
    </external-identifier>
    <external-identifier>
      <resource>PubChem Substance</resource>
      <identifier>900002</identifier>
    </external-identifier>
    <external-identifier>
      <resource>Wikipedia</resource>
      <identifier>Exemplarin</identifier>
    </external-identifier>
  </external-identifiers>
  <pathways>
    <pathway>
      <drugs>
        <drug>
          <drugbank-id>DB90001</drugbank-id>
          <name>Exemplarin</name>
        </drug>
        <drug>
          <drugbank-id>DB90003</drugbank-id>
          <name>Nested</name>
        </drug>
      </drugs>
    </pathway>
  </pathways>
</drug>
"""

BIOTECH = """
<drug type="biotech" created="2005-06-13" updated="2024-01-02">
  <drugbank-id primary="true">DB90002</drugbank-id>
  <drugbank-id>BTD90002</drugbank-id>
  <name>Generatide</name>
  <cas-number/>
  <unii/>
  <classification>
    <direct-parent>Peptides</direct-parent>
  </classification>
  <salts/>
  <sequences>
    <sequence format="FASTA">&gt;DB90002 sequence
LTYTDCTESGQNLCLCEGSNVCGQGNKCILGSDGEKNQCVTGEGTPKPQSHNDGDFEEIPEEYLQ</sequence>
  </sequences>
  <experimental-properties>
    <property>
      <kind>Molecular Weight</kind>
      <value>6979.0</value>
      <source/>
    </property>
    <property>
      <kind>Molecular Formula</kind>
      <value>C287H440N80O111S6</value>
      <source/>
    </property>
  </experimental-properties>
  <external-identifiers>
    <external-identifier>
      <resource>PubChem Substance</resource>
      <identifier>900003</identifier>
    </external-identifier>
  </external-identifiers>
</drug>
"""

PAGE = """Logo pink
Are you a
new drug developer?
Accession Number
DB90002\u00a0 (BTD90002, BIOD90002)
Biologic Classification
Protein Based Therapies
Interleukin-based products

Generatide is made up for tests.

Protein structure
Protein chemical formula
Protein average weight
17257.6 Da
>DB90002 sequence
Download FASTA Format
  • Generatide
  • GNR-1
Prescription Products
NameDosageStrengthRouteLabellerMarketing StartMarketing End
Additional Data Available
  • Application Number
CAS number

ATC Codes
L04AC99 — Generatide
AHFS Codes
  • 92:36.00 — Agents

Molecular Weight
65401.91 Da

Drug created on June 13, 2005 07:24 / Updated on June 16, 2019 06:40"""


def vocabulary(*rows: str) -> str:
    """The text of a vocabulary with these rows."""
    return "".join(line + "\n" for line in (VOCABULARY_HEADER, *rows))


def whole_vocabulary(*rows: str) -> str:
    """The text of a vocabulary that is long enough to be one without a gap."""
    return vocabulary(*rows, *(f"DB{number},,,,,," for number in range(80_000, 80_000 + WHOLE_FROM)))


def database(*drugs: str, root: str = ROOT) -> str:
    """The text of a full database with these drugs."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n{"".join(drugs)}</drugbank>\n'


def simple_drug(number: int, *, name: str = "", extra: str = "") -> str:
    """A record with an accession and a name."""
    return (
        f'<drug type="small molecule">\n  <drugbank-id primary="true">DB{number:05}</drugbank-id>\n'
        f"  <name>{name or f'Drug {number}'}</name>\n{extra}</drug>\n"
    )


def write(folder: Path, text: str | bytes, name: str = "export.txt") -> Path:
    """Write a file; its name says nothing about its format unless the test wants it to."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def zipped(folder: Path, members: dict[str, str], name: str = "export.zip") -> Path:
    """Write a zip archive with these files in it."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in members.items():
            archive.writestr(zipfile.ZipInfo(member, (2023, 5, 6, 7, 8, 0)), text, zipfile.ZIP_DEFLATED)
    return path
