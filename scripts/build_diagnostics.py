"""Write docs/diagnostics.md from the table of diagnostic codes.

Run it after a change of the table::

    python scripts/build_diagnostics.py          # writes
    python scripts/build_diagnostics.py --check  # exit 1 when the page is not what the table makes of it
"""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.manifest import CODES
from aci_reconcile.manifest.code_table import RETIRED

if TYPE_CHECKING:
    from aci_reconcile.manifest import Code

PAGE = Path(__file__).resolve().parent.parent / "docs" / "diagnostics.md"
WIDTH = 120

HEAD = """# Diagnostics

Look up here what a diagnostic means and what to do about it. `aci-reconcile validate`, and every other command that
reads manifests, prints diagnostics in this form:

```text
manifests/web.yaml:14:9: error ACI014: no container exposes port 80
```

An **error** stops the run: nothing is planned from manifests with an error. A **warning** works, but should be fixed.
A **notice** is for your information. Codes are stable, and `aci-reconcile explain ACI012` prints the same text as this
page. `scripts/build_diagnostics.py` generates the page.

The rules were never tried on live Azure, so each code says what it *rests on*. An error needs an observed refusal (a
recording, a published example, a public thread, a code in Azure's own lists of errors), a schema or standard, a
manifest that contradicts itself, or a rule of this tool. What is only documented, or likely, is at most a warning.
"""


def render() -> str:
    """Return the page."""
    rows = "".join(
        f"| [{code}](#{code.lower()}) | {each.severity} | {each.evidence[0].basis} | {each.title} |\n"
        for code, each in CODES.items()
    )
    table = f"| code | severity | rests on | |\n|---|---|---|---|\n{rows}"
    return "\n".join([HEAD, table, *(_section(code, each) for code, each in CODES.items())])


def _section(code: str, each: Code) -> str:
    text = textwrap.fill(each.explanation, WIDTH, break_long_words=False, break_on_hyphens=False)
    example = f"\n```yaml\n{each.example}\n```\n" if each.example else ""
    rests = "".join(f"- {known.where} ({known.basis})\n" for known in each.evidence)
    return f"## {code}\n\n**{each.title}** ({each.severity})\n\n{text}\n{example}\nRests on:\n\n{rests}"


def find_lost(page: str) -> list[str]:
    """Return the numbers that a page explains and that no code has: a published number is retired, not forgotten."""
    return [each for each in re.findall(r"^## (ACI\d{3})$", page, re.MULTILINE) if each not in {*CODES, *RETIRED}]


def main(arguments: list[str]) -> int:
    """Write the page, or compare it with what it should be."""
    text = render()
    lost = find_lost(PAGE.read_text(encoding="utf-8")) if PAGE.is_file() else []
    if lost:
        print(f"{', '.join(lost)}: no code has this number any more; list it in RETIRED of manifest/code_table.py")
        return 1
    if "--check" in arguments:
        fresh = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        print(f"{PAGE.name}: {'fresh' if fresh else 'stale: run scripts/build_diagnostics.py'}")
        return 0 if fresh else 1
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.name}: {len(CODES)} codes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
