"""GitHub's REST API, as far as the resource types of the local cloud need it.

Run ``python -m local.cloud.github_server --port 0``: when it is ready, it prints the port that it
listens on. It serves on 127.0.0.1 only, keeps all state in memory and stops on SIGTERM.
``GITHUB_TOKEN`` holds the one token that it accepts.

To add an operation, write its function, put it into its module's ``ROUTES`` by the name that it has
in GitHub's published description, and run ``tools/update_github_schema.py``. Status codes and error
bodies are GitHub's own, except that they never quote a value that was sent.
"""
