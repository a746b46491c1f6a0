"""Reports: pure functions from values to text.

``text`` is for terminals, ``json`` for programs. ``page`` says what a report contains before any format, and
``formats`` makes Markdown, HTML, JUnit XML and workflow commands from a page. In each of them, a module has the name of
its command: ``plan``, ``apply``, ``drift``, ``status``, ``checks``.

Nothing here reads a file, a clock or the environment. The caller decides which colours and which width apply. Text ends
without a line break. Text from Azure and from manifests is made harmless here.
"""
