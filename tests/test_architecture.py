"""The shape of the code: who may import whom, what loads when, and how large things get."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import canonid

ROOT = Path(canonid.__file__).parent

LAYERS = {
    "atomic": 0, "chemistry": 0, "errors": 0, "identifiers": 0, "model": 0, "names": 0, "waiver": 0,
    "authorities": 1, "corpus": 1, "reports": 1, "rules": 1, "store": 1,
    "doctor": 2, "fixes": 1, "gather": 2, "inventory": 2, "lookup": 2, "reconcile": 2, "schedule": 2,
    "git": 2, "judgement": 2, "memory": 2, "triage": 2, "waive": 2, "waiver_file": 2,
    "issues": 2, "mending": 3, "tracking": 3,
    "config_file": 3, "running": 3, "setting_kinds": 3, "settings": 3, "wiring": 3,
    "__main__": 4, "cli": 4,
}  # fmt: skip
"""The parts of the package; a part may import those below it, and beside it only from layer 2 on."""
NOWHERE: frozenset[str] = frozenset()
UPWARD = {
    ("reports.card", "lookup"), ("reports.card_json", "lookup"),
    ("reports.doctor", "doctor"), ("reports.inventory", "inventory"),
    ("reports.runs", "store"), ("reports.triage", "store"), ("reports.triage", "triage"),
}  # fmt: skip
"""The exceptions: a card is what `lookup` returns, and its renderer lives with the other renderers; likewise these."""
HEAVY = {
    "apscheduler": NOWHERE,
    "chembl_webresource_client": NOWHERE,
    "httpx": NOWHERE,
    "lxml": frozenset({"authorities.drugbank.xml"}),
    "pubchempy": NOWHERE,
    "requests": NOWHERE,
    "rich": NOWHERE,
    "sqlmodel": frozenset({"store.tables"}),
    "tenacity": NOWHERE,
    "typer": frozenset({"cli"}),
    "yaml": frozenset({"corpus.front_matter"}),
}
"""Libraries that take long to import or belong to one part, and the modules that may import them at their head."""
LONGEST_BODY = 50
LONGEST_MODULE = 400
LONGER: dict[str, int] = {}
"""The exceptions, each with its own limit."""


@dataclass(frozen=True)
class Module:
    """One file of the package."""

    name: str
    """Below `canonid`, with dots: `store.tables`; empty for the package itself."""
    path: Path
    tree: ast.Module

    @property
    def part(self) -> str:
        """The part that it belongs to."""
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class Import:
    """One imported module, by its full name."""

    name: str
    line: int
    is_at_head: bool
    """True if it runs when the module is imported."""


@cache
def modules() -> tuple[Module, ...]:
    """All modules of the package."""
    return tuple(
        Module(
            ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix("__init__").rstrip("."),
            path,
            ast.parse(path.read_text(encoding="utf-8")),
        )
        for path in sorted(ROOT.rglob("*.py"))
    )


def imports(module: Module) -> Iterator[Import]:
    """What a module imports, anywhere in it, for types or not."""
    yield from _imports(module.tree.body, is_at_head=True)


def _imports(body: list[ast.stmt], *, is_at_head: bool) -> Iterator[Import]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, is_at_head) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}: write it in full"
            yield from (Import(name, node.lineno, is_at_head) for name in _named(node))
        else:
            runs = is_at_head and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for block in ("body", "orelse", "finalbody"):
                inner = getattr(node, block, [])
                head = runs and not (isinstance(node, ast.If) and block == "body" and _is_for_types(node))
                yield from _imports(inner, is_at_head=head) if isinstance(inner, list) else ()
            for handler in getattr(node, "handlers", []):
                yield from _imports(handler.body, is_at_head=runs)


def _named(node: ast.ImportFrom) -> Iterator[str]:
    """`from canonid import wiring` means canonid.wiring; `from canonid.model import Claim` means canonid.model."""
    own = {f"canonid.{part}" for part in LAYERS}
    for alias in node.names:
        whole = f"{node.module}.{alias.name}"
        yield whole if whole in own else str(node.module)


def _is_for_types(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions of a module, methods and inner ones too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def own_parts(module: Module) -> Iterator[tuple[str, int]]:
    """The parts of the package that a module imports, with the line."""
    for item in imports(module):
        package, _, rest = item.name.partition(".")
        if package == "canonid" and rest:
            yield rest.partition(".")[0], item.line


def by_name(module: Module) -> str:
    return module.name or "canonid"


every_module = pytest.mark.parametrize("module", modules(), ids=by_name)


def test_every_part_has_a_layer() -> None:
    """A new part has to say where it belongs, and a deleted one is forgotten."""
    assert {module.part for module in modules() if module.name} == set(LAYERS)


@every_module
def test_a_module_imports_only_what_is_below_it(module: Module) -> None:
    """Layer 1 packages never import each other: what they share is said in layer 0."""
    layer = LAYERS.get(module.part, 0)
    wrong = [
        f"{module.path.name}:{line} imports {part}"
        for part, line in own_parts(module)
        if part != module.part
        and (module.name, part) not in UPWARD
        and (LAYERS[part] > layer or (LAYERS[part] == layer == 1))
    ]
    assert not wrong


@every_module
def test_the_words_of_the_project_need_no_library(module: Module) -> None:
    """Layer 0 imports the standard library and itself."""
    if LAYERS.get(module.part, 0) == 0:
        roots = {item.name.partition(".")[0] for item in imports(module)}
        assert roots <= sys.stdlib_module_names | {"canonid"}


@every_module
def test_heavy_libraries_are_imported_where_they_are_needed(module: Module) -> None:
    """`canonid --help` must not wait for a database library and three clients."""
    wrong = [
        f"{module.path.name}:{item.line} imports {root}"
        for item in imports(module)
        if item.is_at_head
        and (root := item.name.partition(".")[0]) in HEAVY
        and not HEAVY[root] & {module.name, module.part}
    ]
    assert not wrong


@pytest.mark.parametrize("library", HEAVY)
def test_modules_that_may_import_a_heavy_library_do(library: str) -> None:
    """Otherwise the exception is out of date."""
    users = {
        name
        for module in modules()
        for item in imports(module)
        if item.is_at_head and item.name.partition(".")[0] == library
        for name in (module.name, module.part)
    }
    assert HEAVY[library] <= users


@pytest.mark.parametrize(
    ("module", "loaded"),
    [("canonid.cli", {"typer"}), ("canonid.wiring", {"yaml"})],
)
def test_what_is_imported_late_is_late_for_everybody(module: str, loaded: set[str]) -> None:
    """A lazy import behind an eager one is none: what a fresh interpreter has loaded is what counts."""
    code = f"import sys, {module}; print(*sys.modules)"
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert HEAVY.keys() & set(ran.stdout.split()) <= loaded


REGISTRIES = {"rules": "RULES", "settings": "KEYS"}


@pytest.mark.parametrize(("name", "registry"), REGISTRIES.items())
def test_registries_are_literal_tuples(name: str, registry: str) -> None:
    """What there is can be read off, in order; nothing registers itself when it is imported."""
    module = next(module for module in modules() if module.name == name)
    (value,) = (
        node.value
        for node in module.tree.body
        for target in (node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)])
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(target, ast.Name) and target.id == registry
    )
    assert isinstance(value, ast.Tuple)
    assert value.elts
    assert not any(isinstance(element, ast.Starred) for element in value.elts)


def test_every_rule_is_in_the_registry() -> None:
    """A file with a rule that nobody runs would look like a check that passes."""
    from canonid.rules import RULES  # noqa: PLC0415 - everything else here reads the text only

    files = {
        module.name.removeprefix("rules.").upper() for module in modules() if re.match(r"rules\.id\d", module.name)
    }
    assert files == {rule.code for rule in RULES}


@every_module
def test_functions_and_modules_stay_small(module: Module) -> None:
    """What does not fit on a screen is two things."""
    lines = module.path.read_text(encoding="utf-8").count("\n")
    long = [f"{node.name}: {_length(node)} lines" for node in functions(module) if _length(node) > LONGEST_BODY]
    assert not long
    assert lines <= LONGER.get(module.name, LONGEST_MODULE)


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, without the signature and the docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return int(body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_most_functions_are_short() -> None:
    """Nine of ten fit into 25 lines."""
    lengths = sorted(_length(node) for module in modules() for node in functions(module))
    assert lengths[len(lengths) * 9 // 10] <= 25


@every_module
def test_nothing_is_named_after_being_useful(module: Module) -> None:
    """Such modules collect what has no place."""
    assert module.path.stem not in {"utils", "util", "common", "helpers", "misc"}
