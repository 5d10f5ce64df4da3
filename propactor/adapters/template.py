"""The template generator as an upstream: always there, at once, and open about not being a model."""

from dataclasses import dataclass

from propactor.core.events import Result, Source, TextDelta
from propactor.core.prop import template, tsx
from propactor.core.upstream import Emit, GenerationRequest, Reply


@dataclass(frozen=True, slots=True)
class TemplateRun:
    """One prop, made and written in one go."""

    request: GenerationRequest
    emit: Emit

    async def finish(self) -> Reply:
        """Emit the component and its PARTS_DATA block, as a model would write them.

        What can be read from them is known: to read it would be most of the work.
        """
        name = self.request.name
        prop = template.make(self.request.prompt, name)
        code = tsx.write(prop)
        self.emit(TextDelta(delta=f"{code}\n{tsx.parts_data(prop)}", source="template"))
        return Reply(result=Result(name, f"{name}.tsx", code, prop.parts, "template"))

    async def stop(self) -> bool:
        """Confirm: there is nothing that could go on."""
        return True


class TemplateUpstream:
    """Makes props from tables of shapes, words and colours."""

    name: str = "template"
    source: Source = "template"

    def problem(self) -> Exception | None:
        """Return None: it can always take a generation."""
        return None

    def begin(self, request: GenerationRequest, emit: Emit) -> TemplateRun:
        """Make a run."""
        return TemplateRun(request, emit)

    def session_key(self, request: GenerationRequest) -> str | None:  # noqa: ARG002  the protocol's signature
        """Return None: there are no sessions."""
        return None
