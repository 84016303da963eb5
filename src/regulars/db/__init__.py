"""The only models, the only migrations: rows to state, facts to rows, rows to tables."""
