"""Amazon States Language: the definition of a state machine, as far as the product uses it.

https://states-language.net/spec.html, JSONPath only. Whatever isn't modelled here is refused when a
definition is loaded, so that nothing is silently run in another way than on AWS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_pascal

from local.choice import check_rule
from local.paths import check_expression, check_result_path, check_template
from shared.errors import Permanent

Expression = Annotated[str, AfterValidator(check_expression)]
ResultPath = Annotated[str, AfterValidator(check_result_path)] | None
Template = Annotated[Any, AfterValidator(check_template)]
Rule = Annotated[Any, AfterValidator(check_rule)]
PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
INVOKE = "arn:aws:states:::lambda:invoke"
ASK = f"{INVOKE}.waitForTaskToken"
INTEGRATIONS = {INVOKE, ASK}
OF_TASK = "$$.Task.Token"  # where the context has it


class DefinitionRefused(Permanent):
    """A definition uses something that the local interpreter doesn't know; the text names the state."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_pascal)

    comment: str | None = None


class Retrier(Part):
    error_equals: tuple[str, ...] = Field(min_length=1)
    interval_seconds: float = Field(1, ge=0)
    max_attempts: int = Field(3, ge=0)
    backoff_rate: float = Field(2.0, ge=1)
    max_delay_seconds: float | None = Field(None, gt=0)
    jitter_strategy: Literal["NONE", "FULL"] = "NONE"


class Catcher(Part):
    error_equals: tuple[str, ...] = Field(min_length=1)
    next: str
    result_path: ResultPath = "$"


class InOut(Part):
    """input_path and output_path: None stands for an empty object."""

    input_path: Expression | None = "$"
    output_path: Expression | None = "$"

    @property
    def targets(self) -> Iterator[str]:
        """The states that may follow."""
        return iter(())


class Onward(InOut):
    next: str | None = None
    end: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.next is not None) is self.end:
            raise ValueError("either Next or End must stand, not both")
        return self

    @property
    def targets(self) -> Iterator[str]:
        if self.next:
            yield self.next


class Working(Onward):
    """What Task, Parallel and Map have in common."""

    result_selector: Template = None
    result_path: ResultPath = "$"
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()

    @property
    def targets(self) -> Iterator[str]:
        yield from super().targets
        yield from (catcher.next for catcher in self.catch)


class Task(Working):
    """Calls a function, whose short name is the resource once the definition is loaded, or the FunctionName
    in the parameters of an integration: INVOKE, or ASK, which then waits until its task token is answered."""

    type: Literal["Task"]
    resource: str
    parameters: Template = None
    timeout_seconds: float | None = Field(None, gt=0)

    @property
    def function(self) -> str:
        return str(self.parameters["FunctionName"]) if self.resource in INTEGRATIONS else self.resource

    @model_validator(mode="after")
    def _fits_its_integration(self) -> Self:
        if self.resource not in INTEGRATIONS:
            return self
        given = self.parameters if isinstance(self.parameters, dict) else {}
        if not isinstance(given.get("FunctionName"), str):
            raise ValueError(f"{self.resource} needs Parameters with a FunctionName")
        if unknown := given.keys() - {"FunctionName", "Payload", "Payload.$"}:
            raise ValueError(f"{self.resource} knows no parameter {min(unknown)}")
        if self.resource == ASK and OF_TASK not in _paths(given):
            raise ValueError(f"nobody could answer: {OF_TASK} is not in the Payload")
        return self


class Parallel(Working):
    type: Literal["Parallel"]
    branches: tuple[Branch, ...] = Field(min_length=1)
    parameters: Template = None


class Map(Working):
    """max_concurrency: 0 means no limit."""

    type: Literal["Map"]
    items_path: Expression = "$"
    item_selector: Template = None
    item_processor: Processor
    max_concurrency: int = Field(0, ge=0)


class Choice(InOut):
    type: Literal["Choice"]
    choices: tuple[Rule, ...] = Field(min_length=1)
    default: str | None = None

    @property
    def targets(self) -> Iterator[str]:
        yield from (rule["Next"] for rule in self.choices)
        if self.default:
            yield self.default


class Pass(Onward):
    type: Literal["Pass"]
    result: Any = None
    parameters: Template = None
    result_path: ResultPath = "$"


class Wait(Onward):
    type: Literal["Wait"]
    seconds: float | None = Field(None, ge=0)
    seconds_path: Expression | None = None
    timestamp: datetime | None = None
    timestamp_path: Expression | None = None

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        given = (self.seconds, self.seconds_path, self.timestamp, self.timestamp_path)
        if sum(one is not None for one in given) != 1:
            raise ValueError("one of Seconds, SecondsPath, Timestamp, TimestampPath must stand")
        return self


class Succeed(InOut):
    type: Literal["Succeed"]


class Fail(Part):
    type: Literal["Fail"]
    error: str | None = None
    error_path: Expression | None = None
    cause: str | None = None
    cause_path: Expression | None = None

    @property
    def targets(self) -> Iterator[str]:
        return iter(())


AnyState = Annotated[
    Task | Parallel | Map | Choice | Pass | Wait | Succeed | Fail, Field(discriminator="type")
]


class Branch(Part):
    start_at: str
    states: dict[str, AnyState]

    @model_validator(mode="after")
    def _targets_exist(self) -> Self:
        if self.start_at not in self.states:
            raise ValueError(f"StartAt names {self.start_at!r}, which isn't there")
        for name, state in self.states.items():
            for target in state.targets:
                if target not in self.states:
                    raise ValueError(f"state {name!r} leads to {target!r}, which isn't there")
        return self


class ProcessorConfig(Part):
    mode: Literal["INLINE"] = "INLINE"


class Processor(Branch):
    processor_config: ProcessorConfig = ProcessorConfig()


class Machine(Branch):
    query_language: Literal["JSONPath"] = "JSONPath"
    version: Literal["1.0"] = "1.0"


def load_machine(text: str, functions: Collection[str]) -> Machine:
    """Read a definition; `${record}` as a Resource or a FunctionName stands for the function `record`.

    Raises:
        DefinitionRefused: naming the state and the field.
    """
    try:
        document = json.loads(PLACEHOLDER.sub(lambda match: match[1], text))
        machine = Machine.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        raise DefinitionRefused(f"state machine refused: {_where(first['loc'])}: {first['msg']}") from error
    except ValueError as error:
        raise DefinitionRefused(f"state machine refused: it is not JSON: {error}") from error
    for name, task in tasks(machine):
        if task.function not in functions:
            raise DefinitionRefused(
                f"state machine refused: state {name!r} calls {task.function!r}, no function"
            )
    return machine


def tasks(branch: Branch) -> Iterator[tuple[str, Task]]:
    """Every Task of a machine, by its state's name."""
    for name, state in branch.states.items():
        if isinstance(state, Task):
            yield name, state
        elif isinstance(state, Map):
            yield from tasks(state.item_processor)
        elif isinstance(state, Parallel):
            for inner in state.branches:
                yield from tasks(inner)


def _paths(template: Any) -> Iterator[str]:
    """Every path of a payload template."""
    for name, value in template.items():
        if isinstance(value, dict):
            yield from _paths(value)
        elif name.endswith(".$"):
            yield value


def _where(place: tuple[int | str, ...]) -> str:
    """`state 'record': Retry, 0, Foo` from the place that pydantic gives."""
    inside = [index for index, part in enumerate(place[:-1]) if part == "States"]
    if not inside:
        return ", ".join(str(part) for part in place) or "the machine"
    at = inside[-1] + 1
    rest = ", ".join(str(part) for part in place[at + 2 :])
    return f"state {place[at]!r}" + (f": {rest}" if rest else "")
