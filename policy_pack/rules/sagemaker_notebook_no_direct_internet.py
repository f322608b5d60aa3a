from __future__ import annotations

from collections.abc import Iterator

from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="SageMaker notebooks reach the internet through your VPC alone",
    types=("aws:sagemaker/notebookInstance:NotebookInstance",),
    severity=Severity.HIGH,
    fix='Set direct_internet_access="Disabled", subnet_id and security_groups.',
    controls=(
        prowler("sagemaker_notebook_instance_without_direct_internet_access_configured"),
        owasp("A05:2021"),
    ),
    passes=[
        {"directInternetAccess": "Disabled"},
        {"directInternetAccess": "Disabled", "subnetId": UNKNOWN},
    ],
    fails=[{}, {"directInternetAccess": "Enabled"}],
    undecided=[{"directInternetAccess": UNKNOWN}],
)
def check(notebook: Resource) -> Iterator[str]:
    """Let no notebook carry data out by a way that no security group and no flow log sees.

    Source: Amazon SageMaker AI API Reference, `CreateNotebookInstance`, `DirectInternetAccess`.
    """
    if notebook.get("directInternetAccess") != "Disabled":
        yield "The notebook has a way to the internet past your VPC."
