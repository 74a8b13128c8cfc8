# Debian packages, for scripts to source: installed where we may, unpacked into a folder where we may not.

say() { printf '%s\n' "$*" >&2; }

# Whether we may install: we are root, or sudo asks for no password.
may_install() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# The given packages that this distribution has. Takes apt-get's options up to `--`.
apt_known() {
    local options=() package
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    shift
    for package in "$@"; do
        if apt-cache "${options[@]}" show --no-all-versions "$package" >/dev/null 2>&1; then echo "$package"; fi
    done
}

# apt_install PACKAGE…: install what of them there is. Another apt may be at work: wait for it.
apt_install() {
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)
    local known
    as_root "${apt[@]}" update >&2 || say "apt-get update failed; going on with the lists that are here"
    mapfile -t known < <(apt_known -- "$@")
    [ "${#known[@]}" -gt 0 ] || return 1
    as_root "${apt[@]}" install -y --no-install-recommends "${known[@]}" >&2 </dev/null
}

# apt_unpack FOLDER PACKAGE…: an ordinary user's way. Download the packages, and those they need that this
# machine lacks, with the signatures checked as usual, and unpack them into FOLDER, installing nothing.
apt_unpack() {
    local folder=$1 code=0
    shift
    rm -rf "$folder" "$folder.apt"
    apt_download "$folder.apt" "$@" && unpack_debs "$folder.apt" "$folder" || code=1
    rm -rf "$folder.apt"
    return $code
}

apt_download() {
    local state known
    mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
    state=$(cd "$1" && pwd)  # apt takes other paths to be below /
    shift
    local private=(
        -o Dir::State="$state" -o Dir::State::lists="$state/lists" -o Dir::Cache="$state/cache"
        -o Dir::State::status=/var/lib/dpkg/status -o Debug::NoLocking=true -o Acquire::Retries=3
    )
    apt-get -qq "${private[@]}" update >&2 || say "apt-get update failed; going on with what it got"
    mapfile -t known < <(apt_known "${private[@]}" -- "$@")
    [ "${#known[@]}" -gt 0 ] || return 1
    apt-get -qq "${private[@]}" install -y --download-only --no-install-recommends --no-upgrade "${known[@]}" \
        >&2 </dev/null
}

unpack_debs() {
    local deb
    mkdir -p "$2"
    for deb in "$1"/cache/archives/*.deb; do
        if [ -e "$deb" ]; then dpkg-deb --extract "$deb" "$2" || return 1; fi
    done
}
