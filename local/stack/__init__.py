"""The real template, deployed to an AWS emulator on this machine, with stand-ins for the vendors beside it."""
