"""Serve the pack to the Pulumi engine, judge an exported state, or print the documentation.

The engine starts this folder, or the command of the installed package, with its own address.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import sys
from pathlib import Path

if __package__ in (None, ""):
    # Started as a folder, of whatever name: its own rules are to judge, not those of an installed
    # release, and its modules must not be importable by their bare names.
    here = Path(__file__).parent
    sys.path[:] = [entry for entry in sys.path if Path(entry) != here]
    spec = importlib.util.spec_from_file_location("policy_pack", here / "__init__.py")
    if not (spec and spec.loader):  # pragma: no cover  the file stands beside this one
        raise ImportError(here)
    sys.modules["policy_pack"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["policy_pack"])

from policy_pack import analyzer, report
from policy_pack.catalog import CatalogError, render, rules
from policy_pack.configuration import FORMATS, ConfigurationError

DESCRIPTION = """\
The engine starts the pack by itself:
  pulumi preview --policy-pack "$(which secure-components-policy-pack)"
  pulumi preview --policy-pack ... --policy-pack-config FILE
"""


def main() -> None:
    """Run the command line.

    Exits with 1 where something blocks or a rule file is broken, 2 where the command, the
    configuration or the state cannot be used.
    """
    arguments = sys.argv[1:]
    try:
        catalog = rules()
        if arguments and re.fullmatch(r".+:\d+", arguments[0]):
            analyzer.serve(catalog)
        else:
            _command(arguments)
    except CatalogError as error:
        sys.exit(f"secure-components: the policy pack cannot start: {error}")


def _command(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        "secure-components-policy-pack",
        description="Serve the pack to the Pulumi engine at ADDRESS, or run a command.",
        usage="%(prog)s ADDRESS | docs | report ...",
        epilog=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action="version", version=sys.modules["policy_pack"].__version__
    )
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, prog="secure-components-policy-pack"
    )
    commands.add_parser("docs", help="print the documentation of every rule")
    judge = commands.add_parser(
        "report",
        help="judge an exported state and write reports",
        description=(
            "Judge the state that `pulumi stack export --show-secrets` wrote, and write reports. "
            "Exits with 0 where nothing blocks, 1 where something does, 2 where it cannot judge."
        ),
    )
    judge.add_argument("state", metavar="STATE", help="exported state, or - for standard input")
    judge.add_argument("--config", type=Path, metavar="FILE", help="as --policy-pack-config")
    for form in FORMATS:
        judge.add_argument(f"--{form}", type=Path, metavar="FILE", help=f"write {form} here")
    asked = parser.parse_args(arguments)
    if asked.command == "docs":
        print(render(), end="")
        return
    files = {form: getattr(asked, form) for form in FORMATS if getattr(asked, form)}
    try:
        sys.exit(report.run(rules(), asked.state, asked.config, files))
    except (ConfigurationError, OSError, report.StateError) as error:
        print(f"secure-components: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
