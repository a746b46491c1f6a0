"""Runs scripts: pipelines, loops, functions, redirections, signals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.emulator.aci.simulation.posix import syntax as node
from aci_reconcile.emulator.aci.simulation.posix.builtins import BUILTINS, SPECIAL, LeaveLoopError, ReturnError
from aci_reconcile.emulator.aci.simulation.posix.expansion import expand_fields, expand_pattern, expand_text
from aci_reconcile.emulator.aci.simulation.posix.kernel import (
    BROKEN_PIPE,
    INTERRUPT,
    ExitError,
    File,
    Null,
    Process,
    SignalledError,
    Until,
    make_pipe,
)
from aci_reconcile.emulator.aci.simulation.posix.parser import parse
from aci_reconcile.emulator.aci.simulation.posix.programs import NOT_FOUND, find_program
from aci_reconcile.emulator.aci.simulation.posix.redirections import RedirectError, forget, redirect, restore
from aci_reconcile.emulator.aci.simulation.posix.state import Program, State, put_back
from aci_reconcile.emulator.aci.simulation.posix.words import ShellSyntaxError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_NAMES: Final = {INTERRUPT: "INT", 3: "QUIT", BROKEN_PIPE: "PIPE"}
_SYNTAX: Final = 2


@dataclass(eq=False, slots=True)
class Shell:
    """A shell that runs scripts."""

    state: State
    tested: int = 0
    """How many conditions surround the present command: a failure in one of them ends nothing."""

    @classmethod
    def make(cls, program: Program, name: str) -> Shell:
        """Return a new shell with the variables of its program."""
        shell = cls.__new__(cls)
        state = State(program, name, [], shell.run_text, shell.capture)
        state.variables.update({"IFS": " \t\n", "PWD": program.folder, "OPTIND": "1", **program.env})
        state.exported.update(program.env)
        shell.state, shell.tested = state, 0
        return shell

    def _fork(self, process: Process) -> Shell:
        """Return a copy for a process of its own, without the traps that run something."""
        state, program = self.state, self.state.program
        copied = Program(program.kernel, process, dict(program.env), program.folder, program.replace)
        shell = Shell.make(copied, state.name)
        process.ignored = program.process.ignored
        made = shell.state
        made.variables, made.exported = dict(state.variables), set(state.exported)
        made.functions, made.options, made.read_only = dict(state.functions), set(state.options), set(state.read_only)
        made.arguments, made.status = list(state.arguments), state.status
        made.traps = {name: action for name, action in state.traps.items() if not action}
        made.locals = [{}] if state.locals else []
        shell.tested = self.tested
        return shell

    async def leave(self, status: int) -> int:
        """Run what a trap says at the end of the shell, and return the shell's code."""
        action = self.state.traps.pop("EXIT", "")
        if not action:
            return status
        self.state.status = status
        try:
            await self.run_text(action)
        except ExitError as exit_:
            return exit_.status
        return status

    async def run_text(self, text: str) -> int:
        """Run a script in this shell."""
        try:
            script = parse(text)
        except ShellSyntaxError as error:
            status = await self.complain(error)
            if self.state.interactive:
                return status
            raise ExitError(status) from None
        self.state.status = 0 if not script else self.state.status
        return await self.run_list(script)

    async def complain(self, error: ShellSyntaxError) -> int:
        """Tell of a mistake in a script."""
        await self.state.complain(f"syntax error: {error}")
        self.state.status = _SYNTAX
        return _SYNTAX

    async def capture(self, script: node.Script) -> bytes:
        """Run a script in a copy of this shell, and return its output: a command substitution."""
        reading, writing = make_pipe()

        async def live(process: Process) -> int:
            process.open(1, writing)
            return await self._fork(process).run_apart(script)

        reading.grow(1)
        child, output = self._spawn(live), bytearray()
        await Until(lambda: child.status is not None or bool(reading.data))
        while more := await reading.read(1 << 20):
            output += more
        await Until(lambda: child.status is not None)
        reading.grow(-1)
        self.state.substituted = child.status
        return bytes(output)

    def _spawn(self, live: Callable[[Process], Coroutine[Any, Any, int]], *, background: bool = False) -> Process:
        program = self.state.program
        background = background or program.process.background
        child = program.kernel.spawn(program.process.files, live, background=background)
        child.ignored = program.process.ignored
        return child

    async def run_apart(self, script: node.Script) -> int:
        """Run a script to its end, in a shell of its own."""
        try:
            status = await self.run_list(script)
        except ExitError as exit_:
            status = exit_.status
        except (LeaveLoopError, ReturnError):
            status = self.state.status
        return await self.leave(status)

    async def run_list(self, script: node.Script) -> int:
        """Run commands one after the other."""
        for item in script:
            if item.background:
                await self._run_background(item)
            else:
                await self._run_and_or(item)
        return self.state.status

    async def _run_background(self, item: node.AndOr) -> None:
        async def live(process: Process) -> int:
            process.open(0, Null())
            return await self._fork(process).run_apart((node.AndOr(item.first, item.rest),))

        child = self._spawn(live, background=True)
        self.state.last_background, self.state.status = child.number, 0

    async def _run_and_or(self, item: node.AndOr) -> int:
        pipelines = [("", item.first), *item.rest]
        for number, (operator, pipeline) in enumerate(pipelines):
            if operator and (self.state.status == 0) != (operator == "&&"):
                continue
            is_tested = number + 1 < len(pipelines) or pipeline.negated
            self.tested += is_tested
            try:
                await self._run_pipeline(pipeline)
            finally:
                self.tested -= is_tested
            if self.state.status and not is_tested and not self.tested and "e" in self.state.options:
                raise ExitError(self.state.status)
        return self.state.status

    async def _run_pipeline(self, pipeline: node.Pipeline) -> None:
        if len(pipeline.commands) == 1:
            status = await self.run_command(pipeline.commands[0])
        else:
            status = await self._run_connected(pipeline.commands)
        self.state.status = int(not status) if pipeline.negated else status

    async def _run_connected(self, commands: tuple[node.Command, ...]) -> int:
        children: list[Process] = []
        source: File | None = None
        for number, command in enumerate(commands):
            reading, writing = make_pipe() if number + 1 < len(commands) else (None, None)
            children.append(self._spawn_part(command, source, writing))
            if source is not None:
                source.grow(-1)
            source = reading
            if source is not None:
                source.grow(1)
        return await self._wait(*children)

    async def _wait(self, *children: Process) -> int:
        """Wait for all children, and return the code of the last one; Ctrl-C ends the line that was typed, too."""
        await Until(lambda: all(child.status is not None for child in children))
        if self.state.interactive and any(child.killed == INTERRUPT for child in children):
            raise SignalledError(INTERRUPT)
        return children[-1].status or 0

    def _spawn_part(self, command: node.Command, source: File | None, target: File | None) -> Process:
        async def live(process: Process) -> int:
            shell = self._fork(process)
            try:
                return await shell.run_command(command)
            except ExitError as exit_:
                return exit_.status
            except (LeaveLoopError, ReturnError):
                return shell.state.status

        child = self._spawn(live)
        for number, file in ((0, source), (1, target)):
            if file is not None:
                child.open(number, file)
        return child

    async def run_command(self, command: node.Command) -> int:
        """Run one command in this shell, and return its exit code."""
        try:
            await self.state.program.kernel.take_turn()
            status = await self._dispatch(command)
        except SignalledError as signal:
            action = self.state.traps.get(_NAMES.get(signal.number, ""))
            if action is None:
                raise
            await self.run_text(action)
            status = 128 + signal.number
        self.state.status = status
        return status

    async def _dispatch(self, command: node.Command) -> int:  # noqa: C901, PLR0912  one branch for each kind
        match command:
            case node.Simple():
                return await self._run_simple(command)
            case node.Redirected():
                return await self._run_redirected(command)
            case node.Group():
                if not command.apart:
                    return await self.run_list(command.body)
                return await self._wait(self._spawn(lambda process: self._fork(process).run_apart(command.body)))
            case node.If():
                for condition, body in command.branches:
                    if condition is None or await self._test(condition) == 0:
                        return await self.run_list(body)
                return 0
            case node.Loop():
                return await self._run_loop(command)
            case node.For():
                return await self._run_for(command)
            case node.Case():
                text = await expand_text(self.state, command.word)
                for patterns, body in command.branches:
                    for pattern in patterns:
                        if (await expand_pattern(self.state, pattern)).fullmatch(text):
                            self.state.status = 0
                            return await self.run_list(body)
                return 0
            case node.Function():
                self.state.functions[command.name] = command.body
                return 0

    async def _test(self, condition: node.Script) -> int:
        self.tested += 1
        try:
            return await self.run_list(condition)
        finally:
            self.tested -= 1

    async def _run_loop(self, loop: node.Loop) -> int:
        status = 0
        while (await self._test(loop.condition) == 0) != loop.until:
            try:
                status = await self.run_list(loop.body)
            except LeaveLoopError as leave:
                leave.pass_on()
                if not leave.again:
                    return 0
        return status

    async def _run_for(self, loop: node.For) -> int:
        words = self.state.arguments if loop.words is None else await expand_fields(self.state, loop.words)
        status = 0
        for word in words:
            self.state.variables[loop.name] = word
            try:
                status = await self.run_list(loop.body)
            except LeaveLoopError as leave:
                leave.pass_on()
                if not leave.again:
                    return 0
        return status

    async def _run_redirected(self, command: node.Redirected) -> int:
        saved: dict[int, File | None] = {}
        stays = False
        try:
            await redirect(self.state, command.redirects, saved)
            self.state.keeps_redirects = False
            status = await self._dispatch(command.command)
            stays, self.state.keeps_redirects = self.state.keeps_redirects, False
        except RedirectError as error:
            status = await self.state.complain(str(error))
        finally:
            (forget if stays else restore)(self.state, saved)
        return status

    async def _run_simple(self, simple: node.Simple) -> int:
        state = self.state
        state.substituted = None
        words = await expand_fields(state, simple.words)
        assigned = [(name, await expand_text(state, word)) for name, word in simple.assignments]
        if "x" in state.options:
            await state.program.write(" ".join(["+", *(f"{n}={v}" for n, v in assigned), *words]) + "\n", 2)
        wrong = next((name for name, _ in assigned if name in state.read_only), None)
        if wrong is not None:
            raise ExitError(1 + await state.complain(f"{wrong}: is read only"))
        if not words:
            state.variables.update(assigned)
            return state.substituted or 0
        if words[0] in state.functions or (words[0] in BUILTINS and words[0] not in SPECIAL):
            former = {name: state.variables.get(name) for name, _ in assigned}
            state.variables.update(assigned)
            try:
                return await self._call(words)
            finally:
                put_back(state.variables, former)
        if words[0] in BUILTINS:
            state.variables.update(assigned)
            return await BUILTINS[words[0]](state, words[1:])
        if not find_program(words[0]):
            state.program.kernel.unknown = True
            await state.complain(f"{words[0]}: not found")
            return NOT_FOUND
        return await self._run_child(words, dict(assigned))

    async def _run_child(self, words: list[str], assigned: dict[str, str]) -> int:
        program, env = self.state.program, {**self.state.make_env(), **assigned}

        async def live(process: Process) -> int:
            return await program.replace(Program(program.kernel, process, env, program.folder, program.replace), words)

        return await self._wait(self._spawn(live))

    async def _call(self, words: list[str]) -> int:
        state = self.state
        body = state.functions.get(words[0])
        if body is None:
            return await BUILTINS[words[0]](state, words[1:])
        arguments, state.arguments = state.arguments, words[1:]
        state.locals.append({})
        try:
            return await self.run_command(body)
        except ReturnError as return_:
            return return_.status
        finally:
            state.arguments = arguments
            put_back(state.variables, state.locals.pop())
