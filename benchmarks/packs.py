"""The policy packs that the engine starts: `python -m benchmarks.packs NAME ADDRESS`."""

from __future__ import annotations

import sys

from benchmarks.workload import padded
from policy_pack.catalog import rules


def main() -> None:
    """Serve the pack that is named."""
    match sys.argv[1]:
        case "ours":
            from policy_pack import analyzer  # noqa: PLC0415  each pack starts with its own alone

            analyzer.serve(padded(rules()))
        case "stock":
            from benchmarks import stock  # noqa: PLC0415  as above

            stock.serve(padded(rules()))
        case "floor":
            from benchmarks import stock  # noqa: PLC0415  as above

            # A stock pack pays for each policy and for having any of a kind: one of each.
            of_kind = {rule.whole_stack: rule for rule in rules()}
            stock.serve(of_kind.values())
        case unknown:
            raise SystemExit(f"there is no pack '{unknown}'")


if __name__ == "__main__":
    main()
