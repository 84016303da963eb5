"""The programme's pages: its sentences and its file, ready ones, editions."""
