"""Records what CPython's contextvars do: random programs and their outcomes, into recorded.jsonl beside this file.

Its first line names the Python and the seed; each further line is one program and its outcome. What the steps of a
program mean is written in programs.ts, which does the same with Throughline. Needs Python 3.11 or newer, for
create_task(context=...).
"""

import asyncio
import contextvars
import json
import pathlib
import platform
import random
from collections import ChainMap

SEED = 567  # PEP 567
PROGRAMS = 400
DEEPEST = 3

VARIABLES = {
    "a": contextvars.ContextVar("a", default="default"),
    "b": contextvars.ContextVar("b"),
    "c": contextvars.ContextVar("c"),
}


# ---------------------------------------------------------------------------------------------- running a program


class Thrown(Exception):
    """What the step "throw" raises."""


class Stage:
    """What one flow of a program holds: what it observed, and by slot its tokens and captured contexts."""

    def __init__(self, tokens=None, captured=None):
        self.trace = []
        self.tokens = ChainMap() if tokens is None else tokens
        self.captured = ChainMap() if captured is None else captured

    def child(self):
        """Of a flow that runs while this one waits: it sees what this one holds."""
        return Stage(self.tokens.new_child(), self.captured.new_child())

    def take_over(self, child):
        self.tokens.update(child.tokens.maps[0])
        self.captured.update(child.captured.maps[0])


async def play(body, stage):
    for step in body:
        await perform(step, stage)


async def perform(step, stage):
    match step:
        case "set", variable, value, slot:
            stage.tokens[slot] = VARIABLES[variable].set(value)
        case "get", variable:
            stage.trace.append(get(VARIABLES[variable]))
        case "reset", variable, slot:
            if slot in stage.tokens:
                stage.trace.append(reset(VARIABLES[variable], stage.tokens[slot]))
        case "sleep", times:
            for _ in range(times):
                await asyncio.sleep(0)
        case "throw", label:
            raise Thrown(label)
        case "catch", body:
            try:
                await play(body, stage)
            except Thrown as thrown:
                stage.trace.append(f"caught {thrown.args[0]}")
        case "call", body:
            await play(body, stage)
        case "scope", body:
            await asyncio.create_task(play(body, stage))
        case "empty", body:
            await play_in(contextvars.Context(), body, stage)
        case "run", variable, value, body:
            context = contextvars.copy_context()
            context.run(VARIABLES[variable].set, value)
            await play_in(context, body, stage)
        case "capture", slot:
            stage.captured[slot] = contextvars.copy_context()
        case "within", slot, body:
            # A copy for each run: a Context that is run twice keeps what the first run set.
            if slot in stage.captured:
                await play_in(stage.captured[slot].copy(), body, stage)
        case "gather", bodies:
            await play_gather(bodies, stage)
        case "beside", child, body:
            await play_beside(child, body, stage)
        case _:
            raise AssertionError(step)


async def play_in(context, body, stage):
    if suspends(body):
        await asyncio.create_task(play(body, stage), context=context)
    else:
        context.run(play_at_once, body, stage)


def play_at_once(body, stage):
    try:
        play(body, stage).send(None)
    except StopIteration:
        return
    raise AssertionError("a body that never suspends did")


def suspends(body):
    return any(
        step[0] in ("sleep", "scope", "gather", "beside")
        or (step[0] in ("catch", "call", "empty", "run", "within") and suspends(step[-1]))
        for step in body
    )


async def play_gather(bodies, stage):
    children = [stage.child() for _ in bodies]
    stage.trace.extend(child.trace for child in children)
    tasks = [asyncio.create_task(play(body, child)) for body, child in zip(bodies, children)]
    try:
        await asyncio.gather(*tasks)
    finally:
        # gather raises at once; what the others still do is compared too. At most one of them throws.
        await asyncio.wait(tasks)
        for child in children:
            stage.take_over(child)


async def play_beside(body, own_body, stage):
    child = Stage()
    stage.trace.append(child.trace)
    task = asyncio.create_task(play(body, child))
    try:
        await play(own_body, stage)
    finally:
        await asyncio.wait([task])
        stage.take_over(child)
        failure = task.exception()
    if failure is not None:
        raise failure


def get(variable):
    try:
        return variable.get()
    except LookupError:
        return "lookup"


def reset(variable, token):
    try:
        variable.reset(token)
    except RuntimeError:
        return "used"
    except ValueError as error:
        return "variable" if "by a different ContextVar" in str(error) else "scope"
    return "reset"


# ------------------------------------------------------------------------------------------- inventing a program

LEAVES = {"get": 8, "set": 6, "reset": 6, "sleep": 2, "capture": 1}
BRANCHES = {"call": 1, "catch": 1, "scope": 2, "run": 2, "within": 3, "gather": 1, "beside": 1, "empty": 0.5}


class Author:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def program(self):
        self.numbers = 0
        self.slots = []
        self.captures = []
        body = self.body(DEEPEST, self.random.randint(6, 12))
        # Caught at the end, so that every program has one, and shows that nothing of what was inside is seen outside.
        return [["catch", [["scope", body]]], *(["get", variable] for variable in VARIABLES)]

    def body(self, depth, length=None):
        steps = [self.step(depth) for _ in range(length or self.random.randint(2, 4))]
        if self.random.random() < 0.08:
            steps.append(["throw", self.number()])
        return steps

    def step(self, depth):
        kinds = LEAVES if depth == 0 else LEAVES | BRANCHES
        kind = self.random.choices(list(kinds), kinds.values())[0]
        inner = depth - 1
        match kind:
            case "set":
                variable = self.variable()
                self.slots.append(variable + str(self.random.randint(1, 2)))
                return [kind, variable, self.value(), self.slots[-1]]
            case "reset" if self.slots:
                slot = self.random.choice(self.slots[-3:])
                return [kind, self.variable() if self.random.random() < 0.15 else slot[0], slot]
            case "sleep":
                return [kind, self.random.randint(1, 3)]
            case "capture":
                self.captures.append(self.random.randint(1, 2))
                return [kind, self.captures[-1]]
            case "within" if self.captures:
                return [kind, self.random.choice(self.captures), self.body(inner)]
            case "run":
                return [kind, self.variable(), self.value(), self.body(inner)]
            case "gather":
                return [kind, self.children(inner)]
            case "beside":
                return [kind, self.body(inner), self.body(inner)]
            case "call" | "catch" | "scope" | "empty":
                return [kind, self.body(inner)]
            case _:
                recent = self.slots and self.random.random() < 0.6
                return ["get", self.random.choice(self.slots[-3:])[0] if recent else self.variable()]

    def children(self, depth):
        """At most one may throw: which of several fails first is a matter of the schedule."""
        bodies = [self.body(depth) for _ in range(self.random.randint(1, 3))]
        thrower = self.random.randrange(len(bodies))
        return [body if index == thrower else [["catch", body]] for index, body in enumerate(bodies)]

    def variable(self):
        return self.random.choice(list(VARIABLES))

    def value(self):
        return self.random.choice([None, 0, False, ""]) if self.random.random() < 0.1 else self.number()

    def number(self):
        self.numbers += 1
        return self.numbers


async def outcome(program):
    stage = Stage()
    await asyncio.create_task(play(program, stage))
    return stage.trace


async def record(path):
    author = Author(SEED)
    with path.open("w") as file:
        print(json.dumps({"python": platform.python_version(), "seed": SEED}), file=file)
        for _ in range(PROGRAMS):
            program = author.program()
            line = {"program": program, "outcome": await outcome(program)}
            print(json.dumps(line, separators=(",", ":")), file=file)


if __name__ == "__main__":
    asyncio.run(record(pathlib.Path(__file__).with_name("recorded.jsonl")))
