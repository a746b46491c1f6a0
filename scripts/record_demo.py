"""Record the README's demonstration: the real commands on the embedded emulator, as docs/demo.cast and docs/demo.svg.

The cast is asciinema's (version 2), the drawing shows the same. What differs from run to run is written as one value:
the project's id, and how long something took. When each line appears is made up; nobody reads as fast as they come.
``--check`` runs the commands and compares what they print with the cast.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

ROOT: Final = Path(__file__).resolve().parent.parent
CAST: Final = ROOT / "docs" / "demo.cast"
DRAWING: Final = ROOT / "docs" / "demo.svg"
COMMANDS: Final = (
    "aci-reconcile init shop -g rg-shop --location westeurope",
    "cd shop",
    "aci-reconcile apply --local --auto-approve",
    "aci-reconcile set web image=nginx:1.27",
    "aci-reconcile plan --local",
)
COLUMNS: Final = 80
ROWS: Final = 28
SAME: Final = ((r"shop@[a-z0-9]{12}", "shop@4f7k2m9q1cxd"), (r"after \d+s", "after 11s"))
PROMPT: Final = "\x1b[1;32m$\x1b[0m "
LETTER, LINE, PAUSE = 0.04, 0.06, 1.2
Event = tuple[float, str]
_CONSOLE: Final = Console()


def record() -> list[str]:
    """Run the commands in a folder of its own; return what each printed, with its prompt left out."""
    with tempfile.TemporaryDirectory(prefix="aci-reconcile-demo-") as folder:
        place, printed = Path(folder), list[str]()
        for command in COMMANDS:
            words = shlex.split(command)
            if words[0] == "cd":
                place /= words[1]
                printed.append("")
            else:
                printed.append(_run(words[1:], place))
        return printed


def _run(words: list[str], place: Path) -> str:
    """Run our command as on a terminal of 80 columns; return what it wrote to both streams, in their order."""
    unset = {name for name in os.environ if name.startswith(("ACI_RECONCILE_", "AZURE_", "ARM_"))} | {"NO_COLOR", "CI"}
    environ = {name: value for name, value in os.environ.items() if name not in unset}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "aci_reconcile", *words, "--color", "always"],
        cwd=place,
        env={**environ, "COLUMNS": str(COLUMNS), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=True,
    )
    text = done.stdout
    for pattern, value in SAME:
        text = re.sub(pattern, value, text)
    return text


def play(printed: list[str]) -> list[Event]:
    """Return when what appears: commands letter by letter, what they print line by line."""
    events: list[Event] = []
    now = 0.5
    for command, text in zip(COMMANDS, printed, strict=True):
        events.append((now, PROMPT))
        for letter in command:
            now += LETTER
            events.append((now, letter))
        now += PAUSE / 2
        events.append((now, "\r\n"))
        for line in text.splitlines():
            now += LINE
            events.append((now, f"{line}\r\n"))
        now += PAUSE if text else 0
    return [(round(moment, 2), text) for moment, text in events]


def write_cast(events: list[Event]) -> str:
    """Return the recording: a header, and one event a line."""
    header = {
        "version": 2,
        "width": COLUMNS,
        "height": ROWS,
        "title": "aci-reconcile",
        "env": {"TERM": "xterm-256color"},
    }
    return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in (header, *([t, "o", x] for t, x in events)))


def read_cast(text: str) -> list[Event]:
    """Return the events of a recording."""
    return [(moment, shown) for moment, _, shown in map(json.loads, text.splitlines()[1:])]


def spoken(events: list[Event]) -> list[str]:
    """Return the lines of a recording, but for those that say how far a wait has come: how many come is chance."""
    lines = "".join(text for _, text in events).split("\r\n")
    return [line for line in lines if "waiting:" not in line]


WIDTH, HEIGHT, MARGIN = 8.4, 18, 14
_DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title">
<title id="title">{title}</title>
<style>
text{{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre;fill:#d0d7de}}
@media (prefers-reduced-motion:no-preference){{text{{animation-name:hidden;animation-timing-function:step-end}}
#lines{{animation:scroll {end}s step-end}}}}
@keyframes hidden{{from,to{{visibility:hidden}}}}
@keyframes scroll{{{scroll}}}
</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<clipPath id="window"><rect x="0" y="{margin}" width="{width}" height="{shown}"/></clipPath>
<g clip-path="url(#window)"><g id="lines" transform="translate(0,{last})">
{lines}
</g></g>
</svg>
"""
COLORS: Final = {1: "#ff7b72", 2: "#56d364", 3: "#e3b341", 4: "#79c0ff", 5: "#d2a8ff", 6: "#76e3ea", 8: "#8b949e"}


def draw(events: list[Event]) -> str:
    """Return a drawing that plays the recording once; where nothing may move, it shows the end."""
    lines = _lines(events)
    end = events[-1][0] + PAUSE
    steps = [(moment, -HEIGHT * max(0, number + 1 - ROWS)) for number, (moment, _) in enumerate(lines)]
    scroll = "".join(f"{moment / end:.3%}{{transform:translate(0,{offset}px)}}" for moment, offset in steps)
    return _DRAWING.format(
        width=round(COLUMNS * WIDTH + 2 * MARGIN),
        height=ROWS * HEIGHT + 2 * MARGIN,
        title="A project is begun, applied to the emulator, changed, and planned again",
        end=f"{end:.2f}",
        scroll=f"0%{{transform:translate(0,0)}}{scroll}",
        margin=MARGIN,
        shown=ROWS * HEIGHT,
        last=steps[-1][1],
        lines="\n".join(_line(number, moment, line) for number, (moment, line) in enumerate(lines) if line),
    )


def _lines(events: list[Event]) -> list[tuple[float, Text]]:
    """Return the lines of the screen and when each begins, broken where the terminal ends."""
    found: list[tuple[float, Text]] = []
    begun, line = events[0][0], ""
    for moment, text in events:
        begun = begun if line else moment
        line += text
        if line.endswith("\r\n"):
            whole = Text.from_ansi(line.removesuffix("\r\n"))
            found += [(begun, part) for part in whole.divide(range(COLUMNS, len(whole), COLUMNS))]
            line = ""
    return found


def _line(number: int, begun: float, line: Text) -> str:
    """Return a line of the drawing. A command appears whole, when its typing begins."""
    ends = sorted({0, len(line), *(end for span in line.spans for end in (span.start, span.end))})
    parts = "".join(_part(line, start, end) for start, end in itertools.pairwise(ends))
    y = MARGIN + HEIGHT * (number + 1) - 5
    return f'<text x="{MARGIN}" y="{y}" style="animation-duration:{begun:.2f}s">{parts}</text>'


def _part(line: Text, start: int, end: int) -> str:
    """Return a part of a line that has one style."""
    style = line.get_style_at_offset(_CONSOLE, start)
    number = style.color.number if style.color else None
    looks = [f'fill="{COLORS[number]}"'] if number is not None else []
    looks += ['font-weight="bold"'] if style.bold else []
    looks += ['opacity="0.7"'] if style.dim else []
    text = escape(line.plain[start:end], quote=False)
    return f"<tspan {' '.join(looks)}>{text}</tspan>" if looks else text


def main(words: list[str]) -> int:
    """Record, or compare; returns the exit code of the process."""
    events = play(record())
    if "--check" not in words:
        CAST.write_text(write_cast(events), encoding="utf-8")
        DRAWING.write_text(draw(events), encoding="utf-8")
        print(f"{CAST.name} and {DRAWING.name}: {len(events)} events, {events[-1][0]:.0f} seconds")
        return 0
    kept = read_cast(CAST.read_text(encoding="utf-8"))
    fresh = spoken(events) == spoken(kept) and DRAWING.read_text(encoding="utf-8") == draw(kept)
    print("the demonstration is fresh" if fresh else "the demonstration is stale: run scripts/record_demo.py")
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
