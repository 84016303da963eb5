"""Everything that changes something; the only place that opens a transaction."""
