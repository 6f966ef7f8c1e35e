"""The table that a script computes and a page of docs/ shows between two comments."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
END = "<!-- end of table -->\n"


def main(name, page, table):
    """Prints the table; with --update writes it into the page, with --check fails if the page has another one."""
    mode = sys.argv[1:]
    if not mode:
        print(table, end="")
        return
    begin, path = f"<!-- table by scripts/{name}.py -->\n", ROOT / page
    before, rest = path.read_text().split(begin)
    old, after = rest.split(END)
    if mode == ["--update"]:
        path.write_text(before + begin + table + END + after)
    elif mode != ["--check"]:
        sys.exit(f"{name}: the only arguments are --update and --check")
    elif old != table:
        sys.exit(f"{name}: the table in {page} is another one: run scripts/{name}.py --update")
