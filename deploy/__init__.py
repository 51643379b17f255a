"""How the system is run: the command line, the embedded servers, the process stack, the demonstration.

It may import everything below it, and nothing below may import it. Its invariant: whatever it started, it stops;
whatever it kept, it kept in one folder.
"""
