"""Serve the pack to the Pulumi engine, or print its documentation.

The engine starts this folder as a program with its own address as the argument.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __package__ in (None, ""):
    # Started as a folder: this folder's rules are to judge, not those of an installed release, and
    # its modules must not be importable by their bare names.
    here = Path(__file__).parent
    sys.path[:] = [str(here.parent), *(entry for entry in sys.path if Path(entry) != here)]

from policy_pack.catalog import CatalogError, render, rules
from policy_pack.stock import serve

USAGE = """\
Usage: secure-components-policy-pack ADDRESS   serve the pack to the Pulumi engine at ADDRESS
       secure-components-policy-pack docs      print the documentation of every rule

The engine starts it: pulumi preview --policy-pack "$(which secure-components-policy-pack)"
"""


def main() -> None:
    """Run the command line. Exits with 1 where a rule file is broken, 2 on wrong usage."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE, end="")
        sys.exit(0 if arguments else 2)
    try:
        if arguments == ["docs"]:
            print(render(), end="")
        else:
            serve(rules())
    except CatalogError as error:
        sys.exit(f"secure-components: the policy pack cannot start: {error}")


if __name__ == "__main__":
    main()
