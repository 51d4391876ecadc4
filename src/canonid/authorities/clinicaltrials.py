"""ClinicalTrials.gov (API v2): NCT numbers in chunks, aliases one by one, trials of a substance by its names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from canonid.authorities.clinicaltrials_client import ClinicalTrialsClient, Moved
from canonid.authorities.clinicaltrials_parse import aliases_of, nct_of, parse_clinicaltrials, status_of
from canonid.authorities.payloads import dump_payload, mapping_of, text_of
from canonid.authorities.probe import Pulse, odd_reply, one_question
from canonid.authorities.transport import Courier, Refusal, refusal_of_status, user_agent
from canonid.identifiers import CLINICALTRIALS
from canonid.model import Answer, ById, Evidence, Question, TrialSearch, Unanswered
from canonid.names import word_keys

Study = dict[str, Any]

_CHUNK = 100
"""Numbers of a request: well under the usual limit of 8 kB on an address."""
_SPLITS = 20
"""How often a chunk that is turned down may be halved before the rest of it is given up."""
_PAGES = 20
_LONGEST_QUERY = 1500
"""Characters of names in one search."""
_MODULES = ("IdentificationModule", "StatusModule", "ConditionsModule", "ArmsInterventionsModule")
_NCT = re.compile(r"NCT[0-9]{8}")


class ClinicalTrialsAuthority:
    """ClinicalTrials.gov at `base_url` (`https://clinicaltrials.gov/api/v2`); `contact` goes into the User-Agent.

    There is no published limit on requests; `courier` should keep to one a second.
    """

    name = "clinicaltrials"
    is_local = False

    def __init__(self, base_url: str, courier: Courier, contact: str) -> None:
        self._base = base_url.rstrip("/")
        self._courier = courier
        self._client = ClinicalTrialsClient(base_url, courier, user_agent(contact))
        self._release: str | None = None
        self._release_asked = False
        self._stumbles = 0

    @property
    def requests(self) -> int:
        """How many requests have been made so far."""
        return self._courier.requests

    def close(self) -> None:
        """Close the connections that are kept alive."""
        self._client.close()

    def accepts(self, question: Question) -> bool:
        """It can be asked for NCT numbers and for the trials of named substances."""
        match question:
            case ById(reference):
                return reference.prefix == CLINICALTRIALS
            case TrialSearch(terms):
                return any(map(_quoted, terms))
        return False

    def fetch(self, questions: Sequence[Question]) -> Iterator[Evidence | Unanswered]:
        """Ask in chunks; see `Authority.fetch`.

        The registry publishes new data once a day. When that happens in between, chunks and pages belong to different
        days: then everything is asked once more.
        """
        if not questions:
            return
        self._learn_release()
        before, requests = self._release, self.requests
        yield from self._fetch_all(questions)
        if before is None or self.requests - requests <= 1:
            return
        after = self._read_release()
        if after not in {before, None}:
            self._release = after
            yield from self._fetch_all(questions)

    def _fetch_all(self, questions: Sequence[Question]) -> Iterator[Evidence | Unanswered]:
        ids = [question for question in questions if isinstance(question, ById)]
        for start in range(0, len(ids), _CHUNK):
            yield from self._fetch_chunk(ids[start : start + _CHUNK])
        for question in questions:
            if isinstance(question, TrialSearch):
                yield self._fetch_search(question)

    def parse(self, evidence: Evidence) -> Answer:
        """The meaning of a stored reply."""
        return parse_clinicaltrials(evidence)

    def probe(self) -> Pulse:
        """Ask for the date of the data only: does it answer, and how quickly?

        Raises AuthorityUnavailable, with what to do, if it does not. Where httpx is turned away this takes a second
        request, as every question does.
        """
        with one_question(self._courier):
            version = mapping_of(self._client.get("version", {}, lambda _: None))
            release = text_of(version.get("dataTimestamp"))
            if release is None:
                raise odd_reply()
        return Pulse(self._client.ear.seconds, self._client.ear.clock, release)

    def _learn_release(self) -> None:
        """Ask once for the date of the data; evidence without it is worth less, but worth having."""
        if not self._release_asked:
            self._release_asked = True
            self._release = self._read_release()

    def _read_release(self) -> str | None:
        try:
            return text_of(mapping_of(self._client.get("version", {}, lambda _: None)).get("dataTimestamp"))
        except Refusal:
            return None

    def _fetch_chunk(self, questions: Sequence[ById]) -> Iterator[Evidence | Unanswered]:
        """Ask for many numbers at once; a chunk that is turned down is halved, since one bad number spoils all."""
        todo = [list(questions)]
        splits = 0
        while todo:
            part = todo.pop()
            try:
                found = self._studies_of(part)
            except Refusal as refusal:
                if _is_about_numbers(refusal) and len(part) > 1 and splits < _SPLITS:
                    splits += 1
                    middle = len(part) // 2
                    todo += [part[middle:], part[:middle]]
                elif _is_about_numbers(refusal) and len(part) == 1:
                    yield self._fetch_single(part[0])
                else:
                    yield from self._unanswered(part, refusal)
                continue
            for question in part:
                study = found.get(question.reference.identifier)
                yield self._fetch_single(question) if study is None else self._id_evidence(question, study)

    def _studies_of(self, questions: Sequence[ById]) -> dict[str, Study]:
        """The studies of these numbers, by the number that was asked for; aliases may be missing."""
        asked = {question.reference.identifier for question in questions}

        def own(study: Study) -> set[str]:
            return {nct_of(study) or "", *aliases_of(study)} & asked

        parameters = {"filter.ids": "|".join(sorted(asked)), "pageSize": str(_CHUNK)}
        return {nct: study for study in self._pages(parameters, lambda study: bool(own(study))) for nct in own(study)}

    def _fetch_single(self, question: ById) -> Evidence | Unanswered:
        """Ask for one number by its own address, where an alias is redirected to the study that it belongs to."""
        asked = nct = question.reference.identifier
        try:
            for _ in range(3):
                reply = self._get_with_fields(f"studies/{nct}", {}, _check_study)
                if not isinstance(reply, Moved):
                    return self._id_evidence(question, reply)
                target = _NCT.search(reply.location.partition("?")[0])
                if target is None or target[0] == nct:
                    break
                nct = target[0]
        except Refusal as refusal:
            if refusal.status == 404 and nct in refusal.body and "<" not in refusal.body:
                return self._id_evidence(question, None)
            return Unanswered(question, self._courier.explain(refusal))
        return Unanswered(question, f"{self._courier.label} redirects {asked} in a way that leads nowhere; try later")

    def _fetch_search(self, question: TrialSearch) -> Evidence | Unanswered:
        """Ask for the trials of a substance under all its names, so that later the names decide which count."""
        studies: dict[str, Study] = {}
        queries = list(_queries(question.terms))
        try:
            for query in queries:
                parameters = {"query.intr": query, "pageSize": "1000"}
                if question.statuses:
                    parameters["filter.overallStatus"] = "|".join(question.statuses)
                for study in self._pages(
                    parameters, lambda s: not question.statuses or status_of(s) in question.statuses
                ):
                    studies[nct_of(study) or ""] = study
        except Refusal as refusal:
            return Unanswered(question, self._courier.explain(refusal))
        payload = {"totalCount": len(studies), "studies": [studies[nct] for nct in sorted(studies)]}
        shown = urlencode({"query.intr": queries[0], "filter.overallStatus": "|".join(question.statuses)})
        return self._evidence(question, f"studies?{shown}", payload)

    def _pages(self, parameters: Mapping[str, str], belongs: Callable[[Study], bool]) -> list[Study]:
        """The studies of all pages of a list, each one that was asked for, as many as the first page promised.

        Raises Refusal when a page is not so.
        """
        sent = {**parameters, "countTotal": "true"}
        studies: list[Study] = []
        total: object = None

        def check(reply: Any) -> None:
            page = _checked_page(reply, belongs)
            is_last = text_of(reply.get("nextPageToken")) is None
            if is_last and len(studies) + len(page) != reply.get("totalCount", total):
                raise _odd("answered with a list that has gaps")

        for _ in range(_PAGES):
            reply = self._get_with_fields("studies", sent, check)
            total = reply.get("totalCount", total)
            studies += reply["studies"]
            token = text_of(reply.get("nextPageToken"))
            if token is None:
                return studies
            sent["pageToken"] = token
        raise _odd(f"has more than {len(studies)} trials for one search", retry=False)

    def _get_with_fields(self, path: str, parameters: Mapping[str, str], check: Callable[[Any], None]) -> Any:
        """GET with only the wanted modules; in full where the server stumbles over their names.

        Unknown names of fields have been answered with 400 and with 500. Whole studies are ten times as large, so
        that a single stumble, which may be chance, does not change the requests after it.
        """
        if self._stumbles >= 2:
            return self._client.get(path, parameters, check)
        try:
            return self._client.get(path, {**parameters, "fields": "|".join(_MODULES)}, check)
        except Refusal as refusal:
            about_fields = refusal.status == 400 and "field" in refusal.body.lower()
            if not about_fields and refusal.status != 500:
                raise
            reply = self._client.get(path, parameters, check)
            self._stumbles += 2 if about_fields else 1
            return reply

    def _id_evidence(self, question: ById, study: Study | None) -> Evidence:
        path = f"studies/{question.reference.identifier}"
        return self._evidence(question, path, None if study is None else {"study": study})

    def _evidence(self, question: Question, path: str, payload: Mapping[str, Any] | None) -> Evidence:
        text = None if payload is None else dump_payload(payload)
        return Evidence(self.name, question, self._release, datetime.now(UTC), f"{self._base}/{path}", text)

    def _unanswered(self, questions: Iterable[Question], refusal: Refusal) -> Iterator[Unanswered]:
        reason = self._courier.explain(refusal)
        return (Unanswered(question, reason) for question in questions)


def _odd(reason: str, *, retry: bool = True) -> Refusal:
    return Refusal(reason, status=200, retry=retry, advice="nothing was concluded from it; try again later")


def _is_about_numbers(refusal: Refusal) -> bool:
    """True if the registry itself turned the numbers down, rather than some machine before it."""
    return refusal.status == 400 and "<" not in refusal.body


def _check_study(reply: Any) -> None:
    if not isinstance(reply, Moved) and (not isinstance(reply, dict) or nct_of(reply) is None):
        raise _odd("answered in a form that canonid does not know")


def _checked_page(reply: Any, belongs: Callable[[Study], bool]) -> list[Study]:
    if isinstance(reply, Moved):
        raise refusal_of_status(302, "", b"")
    page = mapping_of(reply).get("studies")
    if not isinstance(page, list) or not all(isinstance(study, dict) and nct_of(study) for study in page):
        raise _odd("answered in a form that canonid does not know")
    if not all(map(belongs, page)):
        raise _odd("answered with studies that were not asked for, as if it ignored the filter")
    return page


def _quoted(term: str) -> str:
    """The name as a phrase of the query language, without the signs that it is built from; "" if nothing is left."""
    text = " ".join(re.sub(r'["()\[\]:\\]', " ", term).split())
    return f'"{text}"' if word_keys(text) else ""


def _queries(terms: Sequence[str]) -> Iterator[str]:
    """Queries for any of the names, each short enough for an address."""
    phrases: list[str] = []
    for phrase in dict.fromkeys(filter(None, map(_quoted, terms))):
        if phrases and len(quote(" OR ".join([*phrases, phrase]))) > _LONGEST_QUERY:
            yield " OR ".join(phrases)
            phrases = []
        phrases.append(phrase)
    yield " OR ".join(phrases)
