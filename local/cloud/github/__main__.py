"""The plugin: the GitHub provider, served to the engine that starts it."""

from local.cloud.github import GITHUB
from local.cloud.provider import Servicer, serve

serve(Servicer(GITHUB))
