"""What the zip functions are deployed from: small, compiled, for Lambda's libraries, and always the same."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from cryptography import x509

from infra.region import WITHOUT_AUTHORITY
from local.product import PROJECT
from tests.support.zips import Zips, build, contents

MEGABYTE = 1 << 20
MOST = 250 * MEGABYTE
"""Of a function and its layers, unpacked: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
GLIBC = (2, 34)
"""Of Amazon Linux 2023: https://docs.aws.amazon.com/linux/al2023/ug/core-glibc.html"""
UNCHECKED = b"\x01\x00\x00\x00"
"""The second word of bytecode that is found by its place alone (PEP 552)."""


def sources(zips: Zips) -> list[Path]:
    return [file for part in ("code", "layer") for file in sorted((zips.folder / part).rglob("*.py"))]


def test_they_are_far_from_lambdas_limit(zips: Zips) -> None:
    files = [*(zips.folder / "code").rglob("*"), *(zips.folder / "layer").rglob("*")]
    assert sum(file.stat().st_size for file in files if file.is_file()) < 0.7 * MOST


def test_lambdas_python_runs_on_libraries_that_the_packages_can_load() -> None:
    major, minor = map(int, (PROJECT / "layers" / "python" / "version").read_text().split("."))
    assert (major, minor) >= (3, 12), "Python 3.11 runs on Amazon Linux 2, with glibc 2.26"


def test_no_library_needs_a_newer_glibc_than_lambdas(zips: Zips) -> None:
    """Asked of the libraries themselves: the names of packages may promise too much."""
    libraries = [file for file in (zips.folder / "layer").rglob("*.so*") if file.is_file()]
    assert libraries
    for library in libraries:
        needed = re.findall(rb"GLIBC_(\d+)\.(\d+)", library.read_bytes())
        assert max(((int(a), int(b)) for a, b in needed), default=(0, 0)) <= GLIBC, library.name


def test_everything_is_compiled_and_never_looked_at_again(zips: Zips) -> None:
    tag = subprocess.run(
        [zips.python, "-c", "import sys; print(sys.implementation.cache_tag)"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    left = {*(zips.folder / "code").rglob("*.pyc"), *(zips.folder / "layer").rglob("*.pyc")}
    for source in sources(zips):
        made = source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc"
        assert made.read_bytes()[4:8] == UNCHECKED, made
        left.remove(made)
    assert not left, "bytecode of another Python, or of no source"


def test_tracebacks_name_the_place_on_lambda(zips: Zips) -> None:
    names = subprocess.run(
        [zips.python, "-c", _NAMES, zips.folder / "code"], check=True, capture_output=True, text=True
    ).stdout.split()
    assert len(names) > 300
    assert not [name for name in names if not name.startswith(("/var/task/shared/", "/var/task/functions/"))]


def test_data_is_there_and_what_nobody_reads_is_not(zips: Zips) -> None:
    code = zips.folder / "code"
    for wanted in (
        "functions/functions.toml", "shared/accounts/__init__.pyi", "shared/hosting/templates/share.html",
        "shared/scripting/phrases/en.toml", "shared/database/migrations/script.py.mako",
        "shared/database/migrations/versions/0001_make_the_tables.py",
        "web/node_modules/hls.js/dist/hls.min.js", "web/node_modules/swagger-ui-dist/swagger-ui-bundle.js",
    ):  # fmt: skip
        assert (code / wanted).is_file(), wanted
    assert not [*code.rglob("*.asl.json"), *code.rglob("test_*.py"), *code.rglob(".*")]
    packages = {path.name for path in (zips.folder / "layer" / "python").iterdir()}
    assert not packages & {"av", "numpy", "playwright", "imageio_ffmpeg", "rich", "uvicorn", "bin"}


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # some of RDS's are below zero
def test_somebody_vouches_for_rds(zips: Zips) -> None:
    """`migrate` signs in to the instance, whose certificate is by an authority of the region's RDS."""
    file = zips.folder / "code" / "rds.pem"
    assert ssl.create_default_context(cafile=str(file)).get_ca_certs()
    made = x509.load_pem_x509_certificates(file.read_bytes())
    now = datetime.now(UTC)
    names = " ".join(one.subject.rfc4514_string() for one in made if one.not_valid_after_utc > now)
    regions = boto3.Session().get_available_regions("rds")
    assert {region for region in regions if f" {region} Root CA RSA2048 G1" not in names} == WITHOUT_AUTHORITY


def test_the_same_tree_gives_the_same_bytes(zips: Zips, tmp_path: Path) -> None:
    """The layer is taken as it is: its packages come with hashes, and it is compiled as the code is."""
    (tmp_path / "layer").symlink_to(zips.folder / "layer")
    shutil.copy(zips.folder / "layer.txt", tmp_path)
    build(tmp_path, str(zips.python))
    again, before = contents(tmp_path / "code"), contents(zips.folder / "code")
    assert again.keys() == before.keys()
    assert [name for name, content in again.items() if before[name] != content] == []


def test_another_machines_packages_are_refused(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        subprocess.run(
            [PROJECT / "layers" / "python" / "build.sh", "riscv64", sys.executable, tmp_path],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    assert "x86_64 or arm64, not riscv64" in refused.value.stderr


_NAMES = """
import marshal, pathlib, sys
for file in pathlib.Path(sys.argv[1]).rglob("*.pyc"):
    print(marshal.loads(file.read_bytes()[16:]).co_filename)
"""
