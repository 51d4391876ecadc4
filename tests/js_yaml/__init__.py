"""The YAML reader of JavaScript, which builds most sites from wikis, in a small engine that pip installs.

`js-yaml-5.5.0.umd.min.js` is `dist/browser/js-yaml.umd.min.js` of the npm package js-yaml 5.5.0
(https://github.com/nodeca/js-yaml, MIT, see LICENSE), unchanged but for its name.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import quickjs

SCRIPT = Path(__file__).with_name("js-yaml-5.5.0.umd.min.js")


@cache
def _context() -> quickjs.Context:
    context = quickjs.Context()
    context.eval(SCRIPT.read_text(encoding="utf-8"))
    context.eval("function load(text) { return JSON.stringify(jsyaml.load(text) ?? null) }")
    return context


def load(text: str) -> Any:
    """What js-yaml reads; raises quickjs.JSException for what it refuses."""
    return json.loads(_context().get("load")(text))
