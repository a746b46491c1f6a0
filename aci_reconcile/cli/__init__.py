"""The command line, and the composition root: parse, call, render, exit code.

Nothing is decided here that matters to Azure; a command joins what the other packages know. What a command needs is
imported when it runs, so that ``--version``, ``--help`` and ``validate`` start fast.
"""
