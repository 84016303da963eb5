"""The command line: `regulars COMMAND`. Commands are loaded only when called."""
