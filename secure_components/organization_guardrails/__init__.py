"""Rules that an organization keeps in force in its accounts: the component, and each guard."""
