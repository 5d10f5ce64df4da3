"""Secrets stay inside: in text, in JSON-like objects, and in text that arrives in pieces."""

import time
from pathlib import PurePosixPath as Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.redaction import StreamRedactor, preview, redact, redact_payload

LETTERS = "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8bC0eF2hJ4kL6"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\nMIIE{LETTERS}\n{LETTERS}==\n-----END RSA PRIVATE KEY-----"
JWT = f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.{LETTERS}"
SECRETS = [
    "AKIAIOSFODNN7EXAMPLE",
    f"ghp_{LETTERS}",
    f"github_pat_11ABC_{LETTERS}",
    f"glpat-{LETTERS[:20]}",
    f"sk-ant-api03-{LETTERS}-AA",
    f"sk-proj-{LETTERS}",
    f"sk-{LETTERS}",
    f"hf_{LETTERS[:34]}",
    f"xoxb-123456789012-{LETTERS}",
    f"sk_live_{LETTERS[:24]}",
    f"npm_{LETTERS[:36]}",
    f"pypi-AgEIcHlwaS5vcmc{LETTERS}",
    f"AIza{LETTERS[:35]}",
    f"GOCSPX-{LETTERS[:28]}",
    f"ya29.a0{LETTERS}",
    f"8Q~{LETTERS[:34]}",
    JWT,
    PEM,
]
LED = [
    ("Bearer ", LETTERS),
    ("Authorization: ", f"Bearer {LETTERS}"),
    ("authorization=", "opaque words"),
    ("Basic ", "dXNlcjpwYXNz"),
    ("https://", "user:hunter2"),
    ("password=", "hunter2"),
    ("api_key: ", "hunter2"),
    ("FOO_TOKEN=", "hunter2"),
    ('"accessToken": "', "two words"),
    ("'privateKey':'", "hunter2"),
    ('\\"secret\\":\\"', "hunter2"),
    ("?sig=", f"{LETTERS}%2B%3D"),
]
PROSE = [
    "A mushroom lamp: pale stem, red cap, three spots.",
    "Basic geometry first; basic structural parts, Basic 3D shapes.",
    "The bearer of the lantern walks home/away to the task-force-of-eleven-brave-knights.",
    'const tokens = 12; {"inputTokens": 12, "totalTokens": 30}',
    "see https://example.com:8080/a@b and https://example.com/home/page",
    "eyJust a word, sk-short, ghp_no, AKIA.",
    "<mesh position={[0, 0.03, 0]}>",
    "secret",
]


@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: secret[:12])
def test_tokens_are_known_by_their_shape(secret: str) -> None:
    """Whatever stands around a token, the token goes and the rest stays."""
    assert redact(f"before {secret} after") == "before [redacted] after"
    assert redact(f'{{"x":"\\n{secret}"}}') == '{"x":"\\n[redacted]"}'


@pytest.mark.parametrize(("lead", "secret"), LED, ids=lambda part: part[:12])
def test_what_a_name_leads_to_goes(lead: str, secret: str) -> None:
    """The name stays readable, what it leads to doesn't."""
    close = "@" if "://" in lead else lead[-1] if lead[-1] in "\"'" else "\n"

    assert redact(f"x {lead}{secret}{close} y") == f"x {lead}[redacted]{close} y"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/home/ada/notes.txt", "~/notes.txt"),
        ("/Users/ada.l/x", "~/x"),
        ("file:///home/ada", "file://~"),
        ("C:\\Users\\ada\\x", "~\\x"),
        ('"C:\\\\Users\\\\ada\\\\x"', '"~\\\\x"'),
        ("(/home/ada)", "(~)"),
    ],
)
def test_home_directories_lose_the_name(path: str, shown: str) -> None:
    """A path says where under somebody's home, not whose."""
    assert redact(path) == shown


@pytest.mark.parametrize("text", PROSE)
def test_prose_and_code_stay(text: str) -> None:
    """What is no secret stays as it is, at once and in a stream."""
    redactor = StreamRedactor()

    assert redact(text) == text
    assert redactor.push(text) + redactor.flush() == text


@given(st.sampled_from(SECRETS + [a + b for a, b in LED]))
def test_redacting_twice_changes_nothing(text: str) -> None:
    """What has been redacted is stable."""
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "piece",
    [
        "eyJ",
        "eyJa.",
        "://a:",
        "token",
        "password: ",
        "basic A",
        "bearer a",
        "-----BEGIN A",
        "\\",
        "/home/",
        "sk-",
    ],
)
def test_time_grows_with_length_only(piece: str) -> None:
    """A hostile text costs no more than a few microseconds a character."""
    text = piece * (60_000 // len(piece))
    redactor = StreamRedactor()

    begun = time.process_time()
    redact(text)
    redactor.push(text)

    assert time.process_time() - begun < 2


def test_ordinary_lines_are_quick() -> None:
    """A line of 280 bytes costs some 15 µs; ten times that would be a mistake."""
    line = '{"type":"message","timestamp":"2026-11-22T14:55:21.904Z","text":"Base first: a mossy disc."}' * 3

    begun = time.process_time()
    for _ in range(1000):
        redact(line[:280])

    assert time.process_time() - begun < 0.15


PIECES = st.lists(
    st.sampled_from([*SECRETS, *(a + b for a, b in LED), *PROSE, " ", "\n", '"', ".", "@x", "/home/ada "]),
    max_size=5,
)


def chunks(text: str, sizes: list[int]) -> list[str]:
    """Cut the text into pieces of these sizes, over and over."""
    found, at, turn = [], 0, 0
    while at < len(text):
        found.append(text[at : at + sizes[turn % len(sizes)]])
        at, turn = at + sizes[turn % len(sizes)], turn + 1
    return found


@settings(max_examples=150, deadline=None)
@given(PIECES, st.lists(st.integers(1, 30), min_size=1, max_size=6), st.booleans())
def test_chunking_makes_no_difference(pieces: list[str], sizes: list[int], spaced: bool) -> None:
    """However a text is cut, a stream shows what the whole would show."""
    text = (" " if spaced else "").join(pieces)
    redactor = StreamRedactor()

    shown = "".join(redactor.push(chunk) for chunk in chunks(text, sizes)) + redactor.flush()

    assert shown == redact(text)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(SECRETS), st.lists(st.integers(1, 12), min_size=1, max_size=4))
def test_no_chunking_lets_a_secret_out(secret: str, sizes: list[int]) -> None:
    """At no moment has more than nothing of the secret been shown."""
    redactor, shown = StreamRedactor(), ""

    for chunk in chunks(f"it is {secret} indeed", sizes):
        shown += redactor.push(chunk)
        assert "it is [redacted] indeed".startswith(shown)

    assert shown + redactor.flush() == "it is [redacted] indeed"


def test_prose_streams_at_once() -> None:
    """Words that can't become a secret aren't held back, and others only until they are told apart."""
    redactor = StreamRedactor()

    assert [redactor.push(word) for word in ("The lamp", " glow", "ing red ", "pass")] == [
        "The lamp",
        " glow",
        "ing red ",
        "pass",
    ]
    assert redactor.push("word: ") == "word: "
    assert [redactor.push(piece) for piece in ("hun", "ter2", " ok")] == ["[redacted]", "", " ok"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="abeyJ./:@sk-_ghpBr ", max_size=400))
def test_the_hold_is_bounded(text: str) -> None:
    """A stream never holds back more than 256 characters of text that is no secret."""
    redactor, waiting = StreamRedactor(), 0

    for chunk in chunks(text, [3]):
        waiting += len(chunk) - len(redactor.push(chunk))
        assert waiting <= 256 or redact(text) != text


def test_a_block_is_swallowed_as_it_streams() -> None:
    """A PEM block is replaced when it opens, held nowhere, and what follows it is shown."""
    redactor = StreamRedactor()
    middle = "MIIEabcd\n" * 5000

    assert redactor.push("key:\n-----BEGIN PRIVATE KEY-----\n" + middle) == "key:\n[redacted]"
    assert redactor.push(middle) == ""
    assert redactor.push("-----END PRIV") == ""
    assert redactor.push("ATE KEY-----\ndone") == "\ndone"


def test_code_streams_without_names() -> None:
    """A redactor for code leaves ``token: string`` alone and still knows a token's shape."""
    redactor = StreamRedactor(names=False)

    assert redactor.push("token: string; ") == "token: string; "
    assert redactor.push(f"x = '{SECRETS[1]}';") == "x = '[redacted]';"


def test_payloads_are_redacted_at_any_depth() -> None:
    """EventMerger keys lose their values, text is redacted, and what was given stays as it was."""
    given_ = {
        "a": [{"API_KEY": "x", "userPassword": ["y"], "note": f"use {SECRETS[0]}"}],
        "n": 1.5,
        "none": None,
    }

    shown = redact_payload(given_)

    assert shown == {
        "a": [{"API_KEY": "[redacted]", "userPassword": "[redacted]", "note": "use [redacted]"}],
        "n": 1.5,
        "none": None,
    }
    assert given_["a"][0]["API_KEY"] == "x"  # type: ignore[index]


def test_counters_stay() -> None:
    """Numbers of tokens are no secrets; a number as a password is one."""
    usage = {"inputTokens": 12, "totalTokens": 30, "max_tokens": 5}

    assert redact_payload(usage) == usage
    assert redact_payload({"password": 1234, "tokens": ["a"]}) == {
        "password": "[redacted]",
        "tokens": "[redacted]",
    }


def test_what_is_not_json_becomes_text() -> None:
    """Other objects are shown as they print themselves, redacted."""
    assert redact_payload({"at": Path("/home/ada/x"), "key": (1, None)}) == {"at": "~/x", "key": [1, None]}


def test_payloads_have_an_end() -> None:
    """An object that contains itself is cut off."""
    loop: dict[str, object] = {}
    loop["again"] = loop

    assert "[cut]" in str(redact_payload(loop))


@given(st.sampled_from(SECRETS), st.integers(0, 300), st.integers(1, 250))
def test_previews_redact_before_they_cut(secret: str, padding: int, limit: int) -> None:
    """Wherever the cut falls, no part of a secret shows, and the limit holds."""
    shown = preview({"text": "." * padding + " " + secret}, limit)

    assert len(shown) <= limit
    assert secret[:10] not in shown
    assert len(preview("." * 5000 + secret, limit)) == limit
    assert preview(" " * 5000 + secret, 300) == "[redacted]"


def test_previews_are_one_line() -> None:
    """Text is shown as text, objects as JSON, line breaks as spaces, halves of characters joined."""
    assert preview("a\n\n b") == "a b"
    assert preview({"path": "/home/ada/é"}) == '{"path": "~/é"}'
    assert preview("\ud83d\ude80 \ud83d x") == "🚀 \ufffd x"
    assert preview("abcdef", 4) == "abc…"
    assert preview([0] * 10_000, 10) == "[0, 0, 0,…"
    assert preview("x", 0) == ""


def test_previews_of_long_texts_are_quick() -> None:
    """A megabyte is not read for two hundred characters."""
    begun = time.process_time()
    preview({"content": [{"text": "word " * 400_000}] * 50})

    assert time.process_time() - begun < 0.5
