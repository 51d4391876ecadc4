"""What the evidence store holds, and what is wrong in it, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from canonid.identifiers import AUTHORITIES
from canonid.inventory import Holdings, Inventory, Verification
from canonid.reports import View
from canonid.reports.figures import counted, hanging, printable, size, table

_HEAD = ("", "found", "not found", "past age", "oldest", "newest")
_NUMBERS = frozenset({1, 2, 3})
_MOST_RELEASES = 4
_MOST_DAMAGE = 50


def render_inventory(inventory: Inventory, view: View) -> str:
    """A table of the replies by authority and kind of question, and the releases that they are from."""
    if not inventory.replies:
        return f"No evidence is stored in {inventory.path}.\n"
    replies = counted(inventory.replies, "reply", "replies")
    lines = [f"{inventory.path}: {replies}, {size(inventory.bytes)}", ""]
    rows: list[tuple[str, ...]] = [_HEAD]
    for name, holdings in inventory.holdings.items():
        rows += _rows(name, holdings)
    lines += [*table(rows, _NUMBERS), ""]
    for name, holdings in inventory.holdings.items():
        lines += hanging(f"{AUTHORITIES.get(name, name)}: ", _releases(holdings), view.width)
    if any(holdings.past_age for holdings in inventory.holdings.values()):
        lines += ["", "What is past its age is asked for again by the next run that needs it and is not offline."]
    return "\n".join(lines) + "\n"


def inventory_as_json(inventory: Inventory) -> str:
    """The same as `{"schema_version": 1, "database": …, "replies": …, "authorities": …}`."""
    return _dump(
        {
            "database": {"path": str(inventory.path), "bytes": inventory.bytes},
            "replies": inventory.replies,
            "authorities": {name: _holdings(holdings) for name, holdings in inventory.holdings.items()},
        }
    )


def render_verification(outcome: Verification, view: View) -> str:
    """A line for everything that is wrong, then how much was looked at and what to do."""
    lines = [f"{outcome.path}: {printable(text)}" for text in outcome.file]
    for damage in outcome.damage[:_MOST_DAMAGE]:
        lines += hanging("", printable(f"{damage.reply}: {damage.reason}"), view.width)
    if len(outcome.damage) > _MOST_DAMAGE:
        lines.append(f"and {len(outcome.damage) - _MOST_DAMAGE:,} more (--format json names all)")
    replies = counted(outcome.replies, "reply", "replies")
    if outcome.is_sound:
        return f"{outcome.path}: {replies}, all sound\n"
    lines += ["", *hanging("", f"{len(outcome.damage):,} of {replies} damaged. {_remedy(outcome)}", view.width)]
    return "\n".join(lines) + "\n"


def verification_as_json(outcome: Verification) -> str:
    """The same as `{"schema_version": 1, "sound": …, "replies": …, "damaged": …, "file": …}`."""
    return _dump(
        {
            "database": {"path": str(outcome.path)},
            "sound": outcome.is_sound,
            "replies": outcome.replies,
            "damaged": [{"reply": damage.reply, "reason": damage.reason} for damage in outcome.damage],
            "file": list(outcome.file),
        }
    )


def _remedy(outcome: Verification) -> str:
    if outcome.file:
        return (
            "The file itself is damaged: move it away and import an export made before (`canonid evidence import`), "
            "or run again, which asks anew."
        )
    return (
        "Import an export made before the damage (`canonid evidence import`), which puts the rows right; or prune "
        "what that authority said (`canonid evidence prune --authority`) and run again, which asks anew."
    )


def _rows(name: str, holdings: Holdings) -> Iterator[tuple[str, ...]]:
    kinds = holdings.kinds
    found = sum(count.found for count in kinds.values())
    days = (printable(holdings.oldest[:10]), printable(holdings.newest[:10]))
    label = AUTHORITIES.get(name, printable(name))
    yield (label, f"{found:,}", f"{holdings.replies - found:,}", f"{holdings.past_age:,}", *days)
    for kind, count in sorted(kinds.items()):
        yield f"  {printable(kind)}", f"{count.found:,}", f"{count.not_found:,}", f"{count.past_age:,}", "", ""


def _releases(holdings: Holdings) -> str:
    named = [f"{printable(release)} ({count:,})" for release, count in sorted(holdings.releases.items())]
    if len(named) > _MOST_RELEASES:
        named = [f"{len(named)} releases", *named[:1], "…", *named[-1:]]
    compiled = [f"{holdings.compiled:,} compiled by hand"] if holdings.compiled else []
    return ", ".join(named + compiled)


def _holdings(holdings: Holdings) -> dict[str, Any]:
    return {
        "replies": holdings.replies,
        "past_age": holdings.past_age,
        "compiled": holdings.compiled,
        "oldest": holdings.oldest,
        "newest": holdings.newest,
        "releases": dict(sorted(holdings.releases.items())),
        "kinds": {
            kind: {"found": count.found, "not_found": count.not_found, "past_age": count.past_age}
            for kind, count in sorted(holdings.kinds.items())
        },
    }


def _dump(document: dict[str, Any]) -> str:
    return json.dumps({"schema_version": 1, **document}, ensure_ascii=False, indent=2) + "\n"
