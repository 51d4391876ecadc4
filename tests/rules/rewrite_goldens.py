"""Write `expected.txt` anew: `python -m tests.rules.rewrite_goldens [CODE…]`, then read the difference.

Refuses a folder in which a silent page reports: that is an error of the rule or of the page, not of the golden text.
"""

from __future__ import annotations

import sys

from tests.rules.goldens import codes, expected_path, findings, rendered, rendered_all


def rewrite(code: str) -> bool:
    """Write the findings of `code` anew, unless a page that must stay silent reports."""
    found = findings(code)
    loud = [finding for finding in found if finding.place.path.startswith("silent/")]
    for finding in loud:
        sys.stderr.write(f"{code}: must be silent: {rendered(finding)}\n")
    if not loud:
        expected_path(code).write_text(rendered_all(found), encoding="utf-8")
    return not loud


if __name__ == "__main__":
    results = [rewrite(code) for code in sys.argv[1:] or codes()]
    sys.exit(0 if all(results) else 1)
