"""CloudFront's functions: what runs at the edge for each request, as `edge_functions/*.js` has it."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Fn
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.stages import Stage

FOLDER = Path(__file__).parent / "edge_functions"
KEY_MARK = "<link signing key>"
LARGEST = 10_240
"""Bytes that CloudFront takes of one function."""


class EdgeCode(Construct):
    """The functions, one for each kind of path; `kept` comes after what was found, the others before.

    link_key: what guarded media's addresses are signed with. CloudFormation puts it in when it makes the
    function, by a dynamic reference: it is in no template. Whoever may read the function's code
    (cloudfront:GetFunction) may read it. It would be no other with a KeyValueStore, which code of ours would
    have to fill after the stack is made. A new key comes with the next change of the function, so its text
    holds the version of the keys.
    """

    def __init__(
        self, scope: Construct, name: str, *, stage: Stage, link_key: secretsmanager.ISecret
    ) -> None:
        super().__init__(scope, name)
        self._stage = stage
        self.pages = self._function("pages")
        self.files = self._function("files")
        before, after = source("guarded").split(KEY_MARK)
        key = link_key.secret_value.unsafe_unwrap()  # the reference, not what it stands for
        self.guarded = self._function(
            "guarded", Fn.join("", [before, key, after, f"// keys: {stage.keys}\n"])
        )
        self.beacon = self._function("beacon")
        self.api = self._function("api")
        self.site = self._function("site")
        self.kept = self._function("kept")

    def _function(self, name: str, code: str | None = None) -> cloudfront.Function:
        return cloudfront.Function(
            self,
            name.capitalize(),
            function_name=f"{self._stage.prefix}-{name}",
            code=cloudfront.FunctionCode.from_inline(code or source(name)),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
            comment=f"{self._stage.prefix}: infra/edge_functions/{name}.js",
        )


def source(name: str) -> str:
    """A function's code. Raises ValueError for one that CloudFront would not take."""
    text = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
    if len(text.encode()) > LARGEST:
        raise ValueError(f"{name}.js has more than {LARGEST} bytes")
    return text
