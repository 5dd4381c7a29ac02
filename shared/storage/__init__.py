"""SQLModel tables on SQLite and PostgreSQL. Rows never leave this package."""
