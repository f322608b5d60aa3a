from __future__ import annotations

from collections.abc import Iterator

from policy_pack.rule import UNKNOWN, Resource, Severity, owasp, prowler, rule


@rule(
    title="SageMaker notebooks are encrypted with a key of your own",
    types=("aws:sagemaker/notebookInstance:NotebookInstance",),
    severity=Severity.MEDIUM,
    fix="Set kms_key_id.",
    controls=(prowler("sagemaker_notebook_instance_encryption_enabled"), owasp("A02:2021")),
    passes=[{"kmsKeyId": "alias/notebooks"}, {"kmsKeyId": UNKNOWN}],
    fails=[{}, {"kmsKeyId": ""}],
)
def check(notebook: Resource) -> Iterator[str]:
    """Let a key's policy decide who reads the data that was copied to be looked at."""
    if not notebook.has("kmsKeyId"):
        yield "The notebook's volume is encrypted with no key of your own."
