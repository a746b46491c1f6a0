"""Reads scripts as POSIX describes them (IEEE Std 1003.1, shell command language), without aliases."""

from __future__ import annotations

import re

from aci_reconcile.emulator.aci.simulation.posix import syntax as node
from aci_reconcile.emulator.aci.simulation.posix.words import NAME, ShellSyntaxError, UnfinishedError, Words

_OPERATORS = ("&&", "||", ";;", ";", "&", "|", "(", ")", "\n")
_RESERVED = re.compile(r"(?:[a-z]+|[{}!])(?=[\s;&|()<>]|\Z)")
_ENDINGS = frozenset({"then", "elif", "else", "fi", "do", "done", "esac", "}"})
_REDIRECT = re.compile(r"(\d*)(<<-|<<|<&|<>|<|>>|>&|>\||>)")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=", re.ASCII)
_FUNCTION = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)[ \t]*\([ \t]*\)", re.ASCII)


def parse(text: str) -> node.Script:
    """Return a script. Raises UnfinishedError or ShellSyntaxError."""
    return _read_to(Words(text, _read_to), "")


def _read_to(words: Words, end: str) -> node.Script:
    """Read a script up to a bracket, or to the end of the text."""
    parser = _Parser(words)
    script = parser.read_list()
    parser.read_documents()
    if end:
        parser.expect(end)
    elif words.at < len(words.text):
        raise ShellSyntaxError(f'unexpected "{parser.describe()}"')
    return script


class _Parser:
    def __init__(self, words: Words) -> None:
        self.words = words
        self._documents: list[tuple[node.Redirect, bool]] = []

    def describe(self) -> str:
        """Return what comes next, for a message."""
        operator = self._peek_operator()
        word = re.match(r"[^\s;&|()<>]+", self.words.text[self.words.at :])
        return "newline" if operator == "\n" else operator or (word.group() if word else "end of file")

    def expect(self, text: str) -> None:
        """Read an operator or a reserved word."""
        if text.isalpha() or text in "{}":
            self._skip_lines()
            if self._peek_reserved() != text:
                self._refuse(text)
        else:
            self.words.skip_blanks()
            if self._peek_operator() != text:
                self._refuse(text)
        self.words.at += len(text)

    def _refuse(self, wanted: str) -> None:
        if self.words.at >= len(self.words.text):
            raise UnfinishedError(f'unexpected end of file (expecting "{wanted}")')
        raise ShellSyntaxError(f'unexpected "{self.describe()}" (expecting "{wanted}")')

    def read_list(self) -> node.Script:
        """Read commands up to something that cannot begin one."""
        found: list[node.AndOr] = []
        while True:
            self._skip_lines()
            if self.words.at >= len(self.words.text) or self._peek_operator() in {")", ";;"}:
                return tuple(found)
            if self._peek_reserved() in _ENDINGS:
                return tuple(found)
            item = self._read_and_or()
            operator = self._peek_operator()
            if operator in {"&", ";"}:
                self.words.at += 1
            found.append(node.AndOr(item.first, item.rest, background=operator == "&"))
            if operator not in {"&", ";", "\n"}:
                return tuple(found)

    def read_documents(self) -> None:
        """Read the here-documents that the last line has announced."""
        for redirect, plain in self._documents:
            end = "".join(part.text for part in redirect.word if isinstance(part, node.Literal))
            lines: list[str] = []
            while True:
                if self.words.at >= len(self.words.text):
                    raise UnfinishedError("here-document without an end")
                stop = self.words.text.find("\n", self.words.at)
                stop = len(self.words.text) if stop < 0 else stop
                line = self.words.text[self.words.at : stop]
                self.words.at = min(stop + 1, len(self.words.text))
                line = line.lstrip("\t") if redirect.operator == "<<-" else line
                if line == end:
                    break
                lines.append(f"{line}\n")
            text = "".join(lines)
            parts = [node.Literal(text, quoted=True)] if plain else Words(text, _read_to).read_quoted("")
            redirect.document.extend(parts)
        self._documents.clear()

    def _skip_lines(self) -> None:
        while True:
            self.words.skip_blanks()
            if self.words.peek() != "\n":
                return
            self.words.at += 1
            self.read_documents()

    def _peek_operator(self) -> str:
        self.words.skip_blanks()
        return next((each for each in _OPERATORS if self.words.text.startswith(each, self.words.at)), "")

    def _peek_reserved(self) -> str:
        self.words.skip_blanks()
        found = _RESERVED.match(self.words.text, self.words.at)
        return found.group() if found else ""

    def _read_and_or(self) -> node.AndOr:
        first, rest = self._read_pipeline(), list[tuple[str, node.Pipeline]]()
        while (operator := self._peek_operator()) in {"&&", "||"}:
            self.words.at += 2
            self._skip_lines()
            rest.append((operator, self._read_pipeline()))
        return node.AndOr(first, tuple(rest))

    def _read_pipeline(self) -> node.Pipeline:
        negated = False
        while self._peek_reserved() == "!":
            self.words.at += 1
            negated = not negated
        commands = [self._read_command()]
        while self._peek_operator() == "|":
            self.words.at += 1
            self._skip_lines()
            commands.append(self._read_command())
        return node.Pipeline(tuple(commands), negated)

    def _read_command(self) -> node.Command:
        reserved = self._peek_reserved()
        if self.words.peek() == "(":
            self.words.at += 1
            return self._with_redirects(node.Group(self._read_body(")"), apart=True))
        readers = {"{": self._read_group, "if": self._read_if, "for": self._read_for, "case": self._read_case}
        if reserved in readers:
            self.words.at += len(reserved)
            return self._with_redirects(readers[reserved]())
        if reserved in {"while", "until"}:
            self.words.at += len(reserved)
            condition = self._read_body("do")
            return self._with_redirects(node.Loop(condition, self._read_body("done"), reserved == "until"))
        function = _FUNCTION.match(self.words.text, self.words.at)
        if function is not None:
            self.words.at = function.end()
            self._skip_lines()
            return node.Function(function.group(1), self._read_command())
        return self._read_simple()

    def _read_body(self, end: str) -> node.Script:
        body = self.read_list()
        if not body:
            self._skip_lines()
            self._refuse_empty(end)
        self.expect(end)
        return body

    def _refuse_empty(self, end: str) -> None:
        if self.words.at >= len(self.words.text):
            raise UnfinishedError(f'unexpected end of file (expecting "{end}")')
        raise ShellSyntaxError(f'unexpected "{self.describe()}"')

    def _read_group(self) -> node.Command:
        return node.Group(self._read_body("}"), apart=False)

    def _read_if(self) -> node.Command:
        branches: list[tuple[node.Script | None, node.Script]] = []
        condition: node.Script | None = self._read_body("then")
        while True:
            body = self.read_list()
            if not body:
                self._refuse_empty("fi")
            branches.append((condition, body))
            self._skip_lines()
            word = self._peek_reserved()
            if word not in {"elif", "else", "fi"} or (condition is None and word != "fi"):
                self._refuse("fi")
            self.words.at += len(word)
            if word == "fi":
                return node.If(tuple(branches))
            condition = self._read_body("then") if word == "elif" else None

    def _read_for(self) -> node.Command:
        self.words.skip_blanks()
        name = NAME.match(self.words.text, self.words.at)
        if name is None:
            raise ShellSyntaxError("bad for loop variable")
        self.words.at = name.end()
        self._skip_lines()
        words: list[node.Word] | None = None
        if self._peek_reserved() == "in":
            self.words.at += 2
            words = []
            while True:
                self.words.skip_blanks()
                word = self.words.read_word()
                if not word:
                    break
                words.append(word)
        if self._peek_operator() == ";":
            self.words.at += 1
        self.expect("do")
        return node.For(name.group(), None if words is None else tuple(words), self._read_body("done"))

    def _read_case(self) -> node.Command:
        self.words.skip_blanks()
        word = self.words.read_word()
        self.expect("in")
        branches: list[tuple[tuple[node.Word, ...], node.Script]] = []
        while True:
            self._skip_lines()
            if self._peek_reserved() == "esac":
                self.words.at += 4
                return node.Case(word, tuple(branches))
            if self.words.peek() == "(":
                self.words.at += 1
            patterns: list[node.Word] = []
            while True:
                self.words.skip_blanks()
                patterns.append(self.words.read_word())
                if self._peek_operator() != "|":
                    break
                self.words.at += 1
            self.expect(")")
            branches.append((tuple(patterns), self.read_list()))
            self._skip_lines()
            if self._peek_reserved() != "esac":
                self.expect(";;")

    def _read_simple(self) -> node.Command:
        assignments: list[tuple[str, node.Word]] = []
        words: list[node.Word] = []
        redirects: list[node.Redirect] = []
        while True:
            self.words.skip_blanks()
            redirect = self._read_redirect()
            if redirect is not None:
                redirects.append(redirect)
                continue
            assigned = None if words else _ASSIGNMENT.match(self.words.text, self.words.at)
            if assigned is not None:
                self.words.at = assigned.end()
                assignments.append((assigned.group(1), self.words.read_word()))
                continue
            word = self.words.read_word()
            if not word:
                break
            words.append(word)
        if not (assignments or words or redirects):
            if self.words.at >= len(self.words.text):
                raise UnfinishedError("unexpected end of file")
            raise ShellSyntaxError(f'unexpected "{self.describe()}"')
        simple = node.Simple(tuple(assignments), tuple(words))
        return node.Redirected(simple, tuple(redirects)) if redirects else simple

    def _with_redirects(self, command: node.Command) -> node.Command:
        redirects: list[node.Redirect] = []
        self.words.skip_blanks()
        while (redirect := self._read_redirect()) is not None:
            redirects.append(redirect)
            self.words.skip_blanks()
        return node.Redirected(command, tuple(redirects)) if redirects else command

    def _read_redirect(self) -> node.Redirect | None:
        found = _REDIRECT.match(self.words.text, self.words.at)
        if found is None:
            return None
        self.words.at = found.end()
        self.words.skip_blanks()
        word = self.words.read_word()
        if not word:
            raise ShellSyntaxError(f'unexpected "{self.describe()}"')
        operator = found.group(2)
        target = int(found.group(1)) if found.group(1) else int(operator[0] == ">")
        if not operator.startswith("<<"):
            return node.Redirect(target, operator, word)
        plain = any(isinstance(part, node.Literal) and part.quoted for part in word)
        document = node.Redirect(target, operator, word)
        self._documents.append((document, plain))
        return document
