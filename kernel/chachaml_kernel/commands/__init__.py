"""What the command line does besides serving, a module a command."""
