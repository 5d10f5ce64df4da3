"""Things for hypothesis to draw: any text at all, and what an upstream may say."""

from hypothesis import strategies as st

from propactor.core.events import Progress, Source, TextDelta, Thinking, ToolCall, ToolResult

TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
"""Any Unicode: lone surrogates, astral characters, line separators, NUL."""
PAIR = "\ud83d" + "\ude00"
"""Two halves of a character, which a reader may see as one: to UTF-16 that's the same."""
SOURCES: st.SearchStrategy[Source | None] = st.sampled_from(["gateway", "model", None])

DELTAS = st.tuples(TEXT, SOURCES).map(lambda drawn: TextDelta(drawn[0], source=drawn[1]))
REPLACEMENTS = DELTAS.map(lambda delta: delta._replace(replace=True))
THOUGHTS = st.builds(Thinking, TEXT, block_id=st.sampled_from("12"), source=SOURCES)
CALLS = st.builds(ToolCall, st.just("read"), TEXT, input_preview=st.none() | TEXT)
RESULTS = st.builds(ToolResult, st.just("read"), TEXT, status=st.sampled_from(["ok", "error"]))
NOTICES = st.builds(Progress, st.sampled_from(["accepted", "gap", "degraded"]))
SAID = st.one_of(DELTAS, THOUGHTS, REPLACEMENTS, CALLS, RESULTS, NOTICES)
"""What an upstream may say."""


def units(text: str) -> bytes:
    """Return a text as JavaScript has it, so that two halves of a pair are the pair."""
    return text.encode("utf-16-le", "surrogatepass")
