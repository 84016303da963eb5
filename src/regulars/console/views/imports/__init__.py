"""The import wizard: choose a file, match its columns, look ahead, bring in, done."""
