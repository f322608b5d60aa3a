"""AWS and GitHub on this machine: emulated servers, and Pulumi providers that work on them."""

from local.cloud.servers import Cloud, CloudError

__all__ = ["Cloud", "CloudError"]
