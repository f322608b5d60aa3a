"""The plugin: the AWS provider, served to the engine that starts it."""

from local.cloud.aws import AWS
from local.cloud.provider import Servicer, serve

serve(Servicer(AWS))
