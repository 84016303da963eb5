"""Who holds how much: accounts, transfers between them, holds, lots, and the checks of all."""
