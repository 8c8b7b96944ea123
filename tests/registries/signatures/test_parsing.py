"""JSON and base64 of strangers."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagebot.registries.signatures.parsing import Rejected, decoded, document

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=3))
def test_sound_json_is_read_as_it_was_written(content: dict[str, object]) -> None:
    assert document(json.dumps(content).encode(), "bundle") == content


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"a": 1', id="cut-off"),
        pytest.param(b'{"a": 1} {"a": 2}', id="two"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"a": 1, "a": 2}', id="duplicate-key"),
        pytest.param(b'{"b": [{"a": 1, "\\u0061": 1}]}', id="duplicate-key-below-escaped"),
        pytest.param(b'{"a": NaN}', id="nan"),
        pytest.param(b'{"a": -Infinity}', id="infinity"),
        pytest.param(b'{"a": ' + b"9" * 100_000 + b"}", id="huge-number"),
        pytest.param(b'{"a": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", id="deep-list"),
        pytest.param(b'{"a": ' * 10_000 + b"1" + b"}" * 10_000, id="deep-object"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}', id="byte-order-mark"),
        pytest.param('{"a": 1}'.encode("utf-16"), id="utf-16"),
        pytest.param(b'{"a": "\xff"}', id="no-utf-8"),
    ],
)
def test_unsound_json_is_rejected(content: bytes) -> None:
    with pytest.raises(Rejected, match="the bundle is"):
        document(content, "bundle")


@pytest.mark.parametrize("text", ["", "a", "YQ", "YQ==\n", "Y Q==", "_-8=", "é", None, 3, ["YQ=="]])
def test_what_is_no_base64_is_rejected(text: object) -> None:
    with pytest.raises(Rejected, match="the signature is"):
        decoded(text, "signature")


@given(st.binary())
def test_no_bytes_do_anything_but_be_rejected(content: bytes) -> None:
    with suppress(Rejected):
        assert isinstance(document(content, "bundle"), dict)
