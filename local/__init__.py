"""The embedded default: a real Pulumi engine and an emulated cloud, with no account.

``local.engine`` gets the engine, ``local.cloud`` is what it deploys to. Nothing that users
install depends on this package.
"""
