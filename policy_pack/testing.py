"""The pack in a team's own tests: a pytest fixture."""
