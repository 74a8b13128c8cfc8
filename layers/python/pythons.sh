# The Pythons that the zip functions take to build, for scripts to source.

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }

# One of the version that Lambda has: only that writes the bytecode that it reads.
python_of_lambda() {
    local wanted python
    wanted=$(cat layers/python/version)
    for python in "python$wanted" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$wanted".*/bin/python3 \
        "$(uv python find "$wanted" 2>/dev/null || true)"; do
        if [ "$(version_of "$python")" = "$wanted" ]; then command -v "$python"; return; fi
    done
    say "Lambda runs Python $wanted (layers/python/version), whose bytecode only Python $wanted writes, and there"
    say "is none here. Ubuntu 24.04 has it (apt install python3); anywhere, and without root: uv python install"
    say "$wanted. Or name one: make build LAMBDA_PYTHON=/path/to/python$wanted"
    return 1
}

# One with pip, of any version: pip installs for others, too.
python_with_pip() {
    local python
    for python in "${VENV:-.venv}/bin/python" python3; do
        if "$python" -m pip --version >/dev/null 2>&1; then echo "$python"; return; fi
    done
    layers/python/venv.sh build/venv >&2
    echo build/venv/bin/python
}

# pip_install PYTHON TARGET LIST OPTION…: what LIST names, and nothing else, into TARGET, for PYTHON.
pip_install() {
    local version target=$2 list=$3
    version=$(version_of "$1")
    shift 3
    PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore "$(python_with_pip)" -m pip install -q --no-input \
        --retries 5 --timeout 60 --no-compile --no-deps --require-hashes --only-binary :all: \
        --implementation cp --python-version "$version" "$@" --target "$target" -r "$list"
}
