"""The commands of the command line, each in a module with its options and what it does."""
