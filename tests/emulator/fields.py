"""The `fields` parameter of ClinicalTrials.gov: piece names and dotted paths, and what they cut away.

A leaf strips its siblings: `InterventionName` alone leaves interventions without type.
"""

from __future__ import annotations

import re
from typing import Any

from tests.emulator.wire import Json

_P = "protocolSection"
_ARMS = f"{_P}.armsInterventionsModule"
_IDENTIFICATION = f"{_P}.identificationModule"
_STATUS = f"{_P}.statusModule"
_MODULES = (
    "IdentificationModule", "StatusModule", "SponsorCollaboratorsModule", "DescriptionModule", "ConditionsModule",
    "DesignModule", "ArmsInterventionsModule", "OutcomesModule", "EligibilityModule", "OversightModule",
)  # fmt: skip

PIECES: dict[str, str] = {
    **{name: f"{_P}.{name[0].lower()}{name[1:]}" for name in _MODULES},
    "ProtocolSection": _P,
    "DerivedSection": "derivedSection",
    "MiscInfoModule": "derivedSection.miscInfoModule",
    "InterventionBrowseModule": "derivedSection.interventionBrowseModule",
    "VersionHolder": "derivedSection.miscInfoModule.versionHolder",
    "HasResults": "hasResults",
    "NCTId": f"{_IDENTIFICATION}.nctId",
    "NCTIdAlias": f"{_IDENTIFICATION}.nctIdAliases",
    "OrgStudyId": f"{_IDENTIFICATION}.orgStudyIdInfo.id",
    "SecondaryId": f"{_IDENTIFICATION}.secondaryIdInfos.id",
    "Acronym": f"{_IDENTIFICATION}.acronym",
    "BriefTitle": f"{_IDENTIFICATION}.briefTitle",
    "OfficialTitle": f"{_IDENTIFICATION}.officialTitle",
    "OverallStatus": f"{_STATUS}.overallStatus",
    "LastKnownStatus": f"{_STATUS}.lastKnownStatus",
    "StatusVerifiedDate": f"{_STATUS}.statusVerifiedDate",
    "WhyStopped": f"{_STATUS}.whyStopped",
    "StartDate": f"{_STATUS}.startDateStruct.date",
    "PrimaryCompletionDate": f"{_STATUS}.primaryCompletionDateStruct.date",
    "CompletionDate": f"{_STATUS}.completionDateStruct.date",
    "LastUpdatePostDate": f"{_STATUS}.lastUpdatePostDateStruct.date",
    "LeadSponsorName": f"{_P}.sponsorCollaboratorsModule.leadSponsor.name",
    "LeadSponsorClass": f"{_P}.sponsorCollaboratorsModule.leadSponsor.class",
    "BriefSummary": f"{_P}.descriptionModule.briefSummary",
    "Condition": f"{_P}.conditionsModule.conditions",
    "Keyword": f"{_P}.conditionsModule.keywords",
    "StudyType": f"{_P}.designModule.studyType",
    "Phase": f"{_P}.designModule.phases",
    "EnrollmentCount": f"{_P}.designModule.enrollmentInfo.count",
    "EnrollmentType": f"{_P}.designModule.enrollmentInfo.type",
    "ArmGroupLabel": f"{_ARMS}.armGroups.label",
    "InterventionType": f"{_ARMS}.interventions.type",
    "InterventionName": f"{_ARMS}.interventions.name",
    "InterventionOtherName": f"{_ARMS}.interventions.otherNames",
    "InterventionDescription": f"{_ARMS}.interventions.description",
}
_CLASSIC = frozenset({"ConditionList", "InterventionList", "KeywordList", "PhaseList", "ArmGroupList"})
"""Names of the retired API: the live service stumbles over them with 500."""


class BadField(Exception):
    """A name that `fields` does not know; the text is the body of the 400."""


class ServerStumbles(Exception):
    """A name that makes the live service answer 500."""


def read_fields(text: str | None) -> tuple[str, ...]:
    """The dotted paths that a `fields` parameter asks for; empty for everything."""
    return tuple(_path(name) for name in re.split(r"[|,]", text) if name) if text else ()


def _path(name: str) -> str:
    if name in _CLASSIC:
        raise ServerStumbles(name)
    if name in PIECES:
        return PIECES[name]
    if any(name == path or path.startswith(name + ".") or name.startswith(path + ".") for path in PIECES.values()):
        return name
    raise BadField(f"Parameter 'fields' contains invalid field name: '{name}'")


def project(row: Json, paths: tuple[str, ...]) -> Json:
    """The study cut to these paths."""
    if not paths:
        return row
    tree: dict[str, Any] = {}
    for path in paths:
        _plant(tree, path.split("."))
    cut: Json = _cut(row, tree)
    return cut


def _plant(tree: dict[str, Any], steps: list[str]) -> None:
    """Add one path; an empty tree means "all below", which a longer path does not narrow."""
    for number, step in enumerate(steps):
        if number == len(steps) - 1:
            tree[step] = {}
        elif step in tree and not tree[step]:
            return
        tree = tree.setdefault(step, {})


def _cut(value: Any, tree: dict[str, Any]) -> Any:
    if not tree:
        return value
    if isinstance(value, list):
        return [cut for item in value if (cut := _cut(item, tree))]
    cut_items = {key: _cut(item, tree[key]) for key, item in value.items() if key in tree}
    return {key: item for key, item in cut_items.items() if item not in ({}, [])}
