"""Build the documentation's site with Zensical, from the Markdown that Git hosts show, into build/site.

One folder for each version; ``versions.json`` lists them for the menu, ``schemas/`` holds the JSON Schemas where their
``$id`` says, and ``index.html`` leads to the newest. Older versions come from ``--published``, a copy of the site as it
is. Links to what is no page of the site lead to the repository.
"""

from __future__ import annotations

import argparse
import json
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath

sys.path.insert(0, str(Path(__file__).resolve().parent))

from check_site import check

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs")
WORK = ROOT / "build" / "docs-site"
SITE = ROOT / "build" / "site"
_CODE = re.compile(r"(^ *```.*?^ *```$|`[^`\n]+`)", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(\]\(|^\[[^\]]+\]: )([^)\s:#]+)", re.MULTILINE)
_REDIRECT = '<!doctype html><title>{0}</title><meta http-equiv="refresh" content="0; url={0}/"><a href="{0}/">{0}</a>\n'


def main(words: list[str]) -> int:
    """Build, and check every link; returns the exit code of the process."""
    parser = argparse.ArgumentParser(description="Build the site of the documentation into build/site.")
    parser.add_argument("--published", type=Path, help="a copy of the published site, whose other versions are kept")
    asked = parser.parse_args(words)
    if asked.published and not (asked.published / "versions.json").is_file():
        parser.error(f"{asked.published} holds no versions.json, so it is no copy of the site")
    config = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
    version = find_version()
    shutil.rmtree(SITE, ignore_errors=True)
    shutil.rmtree(WORK, ignore_errors=True)
    kept = _keep(asked.published, version) if asked.published else []
    stage(config["repo_url"])
    text = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    address = f"{config['site_url']}{version}/"
    (WORK / "zensical.toml").write_text(text.replace(f'"{config["site_url"]}"', f'"{address}"'), encoding="utf-8")
    command = [str(Path(sys.executable).parent / "zensical"), "build", "--strict", "--config-file", "zensical.toml"]
    subprocess.run(command, cwd=WORK, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    shutil.move(WORK / "site", SITE / version)
    _write_root(version, kept)
    found, count = check(SITE / version, address), len(list((SITE / version).rglob("*.html")))
    print("\n".join([*found, f"build/site/{version}: {count} pages, {len(found)} broken links"]))
    return 1 if found else 0


def find_version() -> str:
    """Return the first two numbers of the version: fixes replace the site of what they fix."""
    names = runpy.run_path(str(ROOT / "aci_reconcile" / "version.py"))
    return ".".join(names["VERSION"].split(".")[:2])


def _keep(published: Path, version: str) -> list[str]:
    """Copy the other versions of the published site; return their names, the newest first."""
    listed = json.loads((published / "versions.json").read_text(encoding="utf-8"))
    names = [each["version"] for each in listed]
    kept = [name for name in names if name != version and re.fullmatch(r"\d+\.\d+", name)]
    for name in kept:
        shutil.copytree(published / name, SITE / name)
    return kept


def stage(repository: str) -> None:
    """Copy the pages, with links to what is no page turned to the repository."""
    for name in PAGES:
        for path in sorted((ROOT / name).rglob("*")) if (ROOT / name).is_dir() else [ROOT / name]:
            target = WORK / "pages" / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".md":
                text = turn_links(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix(), repository)
                target.write_text(text, encoding="utf-8")
            elif path.is_file():
                shutil.copy(path, target)


def turn_links(text: str, page: str, repository: str) -> str:
    """Return a page's text with links to what is no page leading to the repository; code stays as it is."""

    def turn(match: re.Match[str]) -> str:
        path = _normal(PurePosixPath(page).parent / match[2])
        inside = path.split("/")[0] in PAGES
        return match[0] if inside else f"{match[1]}{repository}/tree/main/{path}"

    parts = _CODE.split(text)
    return "".join(part if number % 2 else _LINK.sub(turn, part) for number, part in enumerate(parts))


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _write_root(version: str, kept: list[str]) -> None:
    """Write what all versions share."""
    names = sorted([version, *kept], key=lambda name: tuple(map(int, name.split("."))), reverse=True)
    versions = [{"version": name, "title": name, "aliases": ["latest"] if name == names[0] else []} for name in names]
    (SITE / "versions.json").write_text(json.dumps(versions, indent=1) + "\n", encoding="utf-8")
    (SITE / "index.html").write_text(_REDIRECT.format(names[0]), encoding="utf-8")
    shutil.copy(SITE / names[0] / "404.html", SITE / "404.html")
    shutil.copytree(ROOT / "schemas", SITE / "schemas")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
