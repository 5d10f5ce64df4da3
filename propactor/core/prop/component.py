"""Checks a component's TSX: does it parse, what does it export, what does it import?"""

import re
from collections.abc import Iterator, Mapping, Sequence

import tree_sitter_typescript
from tree_sitter import Language, Node, Parser, Query, QueryCursor

from propactor.core.events import Diagnostic

LIBRARIES = ("react", "@react-three/fiber", "@react-three/drei", "three")

# The grammar recovers from errors in quadratic time and can't be stopped safely (py-tree-sitter 0.26 crashes
# when its progress callback is used). Within these limits the worst text we know takes half a second.
LONGEST = 16_000
MOST_TANGLES = 100
_TANGLE = re.compile(r"[\w)\]]\s*<")
_PLAIN_MESH = re.compile(
    r"""<mesh(?:\s[a-zA-Z]+(?:=\{\[[\d.,\ -]*\]\})?){0,9}>\s*
    <[a-z]+Geometry\sargs=\{\[[\d.,\ -]*\]\}\s/>\s*
    <[a-z]+Material(?:\s[a-zA-Z]+(?:="[\w#]*"|=\{[\d.]+\})?){0,9}\s/>\s*
    </mesh>""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)

_TSX = Language(tree_sitter_typescript.language_tsx())
_QUERY = Query(
    _TSX,
    """
    (import_statement source: (string) @module)
    (export_statement source: (string) @module)
    (call_expression function: (import) arguments: (arguments (string) @module))
    (call_expression
      function: (identifier) @_name arguments: (arguments (string) @module) (#eq? @_name "require"))
    (export_statement "default" @exported)
    (export_statement "default"? @default declaration: [
      (function_declaration name: (_) @exported)
      (class_declaration name: (_) @exported)
      (lexical_declaration (variable_declarator name: (identifier) @exported))
    ])
    (export_specifier name: (_) @exported !alias)
    (export_specifier alias: (_) @exported)
    (jsx_element (jsx_opening_element name: (_) @opened) (jsx_closing_element name: (_) @closed))
    """,
)
Match = Mapping[str, Sequence[Node]]


def check(code: str, name: str) -> Iterator[Diagnostic]:
    """Say what is wrong with a component that should be exported as ``name``."""
    code = _squeeze(code)
    if len(code) > LONGEST or len(_TANGLE.findall(code)) > MOST_TANGLES:
        yield Diagnostic("TSX_UNCHECKED", "the component is too long or too tangled to be checked")
        return
    # Half a surrogate pair can't be encoded; a question mark takes its place.
    root = Parser(_TSX).parse(code.encode(errors="replace")).root_node
    matches = [captures for _, captures in QueryCursor(_QUERY).matches(root)]
    yield from _syntax(root, matches)
    exported = _texts(matches, "exported")
    # Where the text is broken, an export may be there and not be seen.
    if exported or not root.has_error:
        yield from _exports(exported, name)
    yield from _imports(_texts(matches, "module"))


def _squeeze(code: str) -> str:
    """Shorten what is too long by the meshes that are plainly in order; lines keep their numbers."""
    if len(code) <= LONGEST:
        return code
    return _PLAIN_MESH.sub(lambda mesh: "<mesh/>" + "\n" * mesh[0].count("\n"), code)


def _syntax(root: Node, matches: Sequence[Match]) -> Iterator[Diagnostic]:
    """Complain about the first thing that is wrong. The grammar lets any tag close any other; we don't."""
    if root.has_error:
        yield Diagnostic("TSX_SYNTAX", f"the component does not parse: {_first_error(root)}")
    for captures in matches:
        if "opened" not in captures:
            continue
        opened, closing = _text(captures["opened"][0]), captures["closed"][0]
        if opened != _text(closing):
            line = closing.start_point.row + 1
            yield Diagnostic("TSX_SYNTAX", f"<{opened}> is closed by </{_text(closing)}> in line {line}")
            return


def _exports(exported: Sequence[str], name: str) -> Iterator[Diagnostic]:
    if not exported:
        yield Diagnostic("NO_EXPORT", f"the component exports nothing, {name} was expected")
    elif name not in exported:
        yield Diagnostic(
            "EXPORT_NAME", f"the component is exported as {', '.join(exported[:5])}, not as {name}"
        )


def _imports(modules: Sequence[str]) -> Iterator[Diagnostic]:
    foreign = [module for quoted in modules if (module := quoted[1:-1]) not in LIBRARIES]
    if foreign:
        yield Diagnostic("FOREIGN_IMPORT", f"the component imports {', '.join(foreign[:5])}")


def _first_error(node: Node) -> str:
    """Go down to the first node that is wrong and say where it is."""
    while not (node.is_error or node.is_missing):
        node = next(child for child in node.children if child.has_error)
    said = f"{node.type} is missing" if node.is_missing else "unexpected text"
    return f"{said} in line {node.start_point.row + 1}"


def _texts(matches: Sequence[Match], capture: str) -> Sequence[str]:
    """Return what was captured, each once. A name declared behind ``default`` is no named export."""
    found = (
        captures[capture][0] for captures in matches if capture in captures and "default" not in captures
    )
    return list(dict.fromkeys(_text(node) for node in found))


def _text(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")
