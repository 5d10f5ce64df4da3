"""The body of a generate call: its fields, its limits, and how it is read and checked."""

import hashlib
import secrets
from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from propactor.core import jsontext
from propactor.core.errors import InvalidFields, InvalidRequest, UnsupportedMediaType
from propactor.core.prop.naming import component_name
from propactor.core.upstream import GenerationRequest
from propactor.settings import Settings

PROMPT_CHARS = 4000
DEFAULT_MODEL = "default"
"""The key of the model that is used when a request names none."""
Prompt = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=PROMPT_CHARS)]


class GenerateBody(BaseModel):
    """The body of both generate calls. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)

    prompt: Prompt
    use_ai: bool = True
    mode: Literal["stream", "async"] = "stream"
    debug: bool = False
    model: str | None = Field(None, min_length=1, max_length=200)
    on_disconnect: Literal["cancel", "continue"] = "cancel"

    def fingerprint(self, caller: str) -> bytes:
        """Return a hash of what is asked and by whom. It is kept longer than the prompt, which it hides."""
        return hashlib.sha256(f"{caller}\0{self.model_dump_json()}".encode()).digest()

    def request(self, settings: Settings) -> GenerationRequest:
        """Make a generation request of it. Its names can't be guessed: who knows one may read and cancel."""
        return GenerationRequest(
            request_id=f"req_{secrets.token_hex(16)}",
            job_id=f"gen_{secrets.token_hex(10)}",
            prompt=self.prompt,
            name=component_name(self.prompt),
            use_ai=self.use_ai,
            debug=self.debug and settings.debug.raw,
            keep_running=self.on_disconnect == "continue",
        )


async def read_body(request: web.Request) -> GenerateBody:
    """Read and check the body.

    Raises:
        UnsupportedMediaType: it isn't JSON by its content type, or it is compressed.
        InvalidRequest: it isn't JSON.
        InvalidFields: a field is missing, unknown, ill-typed or out of range.
    """
    if request.content_type != "application/json" and not request.content_type.endswith("+json"):
        raise UnsupportedMediaType("The body must be JSON: `Content-Type: application/json`.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("The body must not be compressed.")
    try:
        value = jsontext.loads(await request.read())
    except ValueError as exc:
        raise InvalidRequest("The body is not JSON.") from exc
    try:
        body = GenerateBody.model_validate(value)
    except ValidationError as exc:
        raise InvalidFields("; ".join(_say(error) for error in exc.errors())) from exc
    if body.model not in (None, DEFAULT_MODEL):
        raise InvalidFields("model: not one of GET /api/creator/models")
    return body


def _say(error: object) -> str:
    """Return which field is wrong, and how, without its value, which may be private."""
    assert isinstance(error, dict)
    return f"{'.'.join(map(str, error['loc'])) or 'body'}: {error['msg']}"
