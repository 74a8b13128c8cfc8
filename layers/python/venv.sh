#!/usr/bin/env bash
# venv.sh FOLDER [PYTHON]: a virtual environment with pip. Leaves one that works as it is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../debian.sh"
venv=$1

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local python
    for python in ${1:-python3 python3.13 python3.12 python3.11}; do
        if new_enough "$python"; then echo "$python"; return; fi
    done
    python=${1:-python3}
    say "Leadreel needs Python 3.11 or newer; $python is $("$python" --version 2>/dev/null || echo not here)."
    say "Install one (Debian 12, Ubuntu 24.04 and later have it: apt install python3), or name one that is"
    say "here already: make PYTHON=/path/to/python3.11"
    return 1
}

if ! new_enough "$venv/bin/python"; then
    python=$(find_python "${2:-}")
    say "making $venv with $("$python" --version)"
    # --without-pip, because Debian keeps the module that installs pip in a package of its own
    if ! "$python" -m venv --clear --without-pip "$venv"; then
        say "This Python cannot make virtual environments. As root: apt install python3-venv. Then try again."
        exit 1
    fi
fi
in_venv="$venv/bin/python"

if "$in_venv" -m pip --version >/dev/null 2>&1; then exit; fi
if "$in_venv" -m ensurepip --default-pip >/dev/null 2>&1; then exit; fi

say "this Python comes without pip (on Debian it is in python3-venv): taking Debian's, for $venv alone"
folder=$venv/share/pip
if apt_unpack "$folder" python3-pip-whl; then
    for wheel in "$folder"/usr/share/python-wheels/pip-*.whl /usr/share/python-wheels/pip-*.whl; do
        [ -e "$wheel" ] && "$in_venv" "$wheel/pip" install -q --no-index "$wheel" || continue
        rm -rf "$folder"
        exit
    done
fi
say "There is no pip here and it could not be fetched. As root: apt install python3-venv. Then try again."
exit 1
