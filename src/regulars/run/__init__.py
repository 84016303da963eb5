"""How an installation runs: the database it embeds, the server, the processes, the doctor."""
