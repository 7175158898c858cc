"""The one door (`advance`), and what runs behind it."""
