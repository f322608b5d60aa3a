from __future__ import annotations

from collections.abc import Iterator

from policy_pack.aws import IMAGE_REPOSITORIES, IMAGE_SCANNING
from policy_pack.rule import (
    UNKNOWN,
    Block,
    Resource,
    Severity,
    Stack,
    owasp,
    prowler,
    rule,
    some,
)

_UNASKED = ("SCAN_ON_PUSH", "CONTINUOUS_SCAN")
_SHOP = (IMAGE_REPOSITORIES[0], {"name": "shop"})


def _registry(frequency: object, name: object = "*") -> tuple[str, dict[str, object]]:
    filters = [{"filter": name, "filterType": "WILDCARD"}]
    rules = [{"scanFrequency": frequency, "repositoryFilters": filters}]
    return IMAGE_SCANNING[0], {"scanType": "ENHANCED", "rules": rules}


def _scanned(on_push: object) -> tuple[str, dict[str, object]]:
    return IMAGE_REPOSITORIES[0], {"imageScanningConfiguration": {"scanOnPush": on_push}}


@rule(
    title="ECR images are scanned when they are pushed",
    types=IMAGE_REPOSITORIES,
    severity=Severity.MEDIUM,
    fix="Set image_scanning_configuration={'scan_on_push': True}.",
    controls=(prowler("ecr_repositories_scan_images_on_push_enabled"), owasp("A06:2021")),
    passes=[
        {"images": _scanned(on_push=True)},
        {"images": _SHOP, "registry": _registry("SCAN_ON_PUSH")},
        {"images": _SHOP, "registry": _registry("CONTINUOUS_SCAN")},
        {"images": _scanned(UNKNOWN), "registry": _registry("SCAN_ON_PUSH")},
    ],
    fails=[
        {"images": (IMAGE_REPOSITORIES[0], {})},
        {"images": _scanned(on_push=False)},
        {"images": _SHOP, "registry": _registry("MANUAL")},
        {"images": _SHOP, "registry": _registry("SCAN_ON_PUSH", "other-*")},
    ],
    undecided=[
        {"images": _scanned(UNKNOWN)},
        {"images": _SHOP, "registry": _registry(UNKNOWN)},
        {"images": _SHOP, "registry": _registry("SCAN_ON_PUSH", UNKNOWN)},
    ],
)
def check(repository: Resource, stack: Stack) -> Iterator[str]:
    """Know the known holes of what is about to run.

    A registry of the stack that scans every repository counts, not one that names some.
    """
    rules = [one for registry in stack.of_type(*IMAGE_SCANNING) for one in registry.blocks("rules")]
    ways = [(_scans, repository), *((_scans_everything, one) for one in rules)]
    if not some(ways, lambda way: way[0](way[1])):
        yield "Images are not scanned when they are pushed."


def _scans(repository: Block) -> bool:
    return repository.get("imageScanningConfiguration", "scanOnPush") is True


def _scans_everything(rule: Block) -> bool:
    """Tell whether a registry's rule scans all repositories without being asked."""
    filters = rule.blocks("repositoryFilters")
    return rule.get("scanFrequency") in _UNASKED and some(
        filters, lambda one: one.get("filter") == "*"
    )
