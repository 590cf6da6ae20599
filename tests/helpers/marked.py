"""Tables that commands put into pages of docs, between marks of their own."""

from __future__ import annotations

from pathlib import Path


def kept(page: str, name: str) -> str:
    """What stands between a page's marks of this name, '' without them."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    return page.split(begin)[1].split(end)[0] if begin in page and end in page else ""


def put(path: Path, name: str, text: str) -> None:
    """Replace what stands between a page's marks. Raises SystemExit where the page has none of this name."""
    page = path.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    if begin not in page or end not in page:
        raise SystemExit(f"'{path}' has no marks {begin.strip()} and {end}.")
    head, tail = page.split(begin)[0], page.split(end)[1]
    path.write_text(f"{head}{begin}{text.rstrip()}\n{end}{tail}", encoding="utf-8")
