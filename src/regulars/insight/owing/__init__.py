"""Points owed: what members hold, how much of it will be used, and how sure that is."""
