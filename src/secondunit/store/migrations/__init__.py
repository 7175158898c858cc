"""How a production's database came to its present form, one step a file; alembic runs them."""
