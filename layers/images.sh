#!/usr/bin/env bash
# images.sh VENV [FOLDER]: build the container images on this machine, without Docker, as root on Debian 12.
# FOLDER (build/images) keeps the base, the images and all that was built on the way; what has not changed is
# not built again (FRESH=1: everything is). Leaves localhost/leadreel-record and localhost/leadreel-compose,
# says how large they are, and writes storage.conf, with which podman finds them.
#
# AWS gets its images from the same Dockerfiles on Debian's own image; here debootstrap makes the base, and the
# packages are fetched by the pip of VENV, with whatever index and certificates this machine is set up for, and
# mounted into the build: nothing of that is in an image.
set -euo pipefail
cd "$(dirname "$0")/.."
. layers/debian.sh
venv=$1
folder=$(realpath -m "${2:-build/images}")
base=localhost/leadreel-base:bookworm
programs=(buildah podman runc debootstrap)

find_programs() {
    local program
    for program in "${programs[@]}"; do
        command -v "$program" >/dev/null || { apt_install "${programs[@]}"; return; }
    done
}

# Layers over each other where the kernel can; else whole copies, which take several times the room.
write_storage_settings() {
    local driver=vfs trial=$folder/trial
    if [ -e "$folder/storage.conf" ]; then return; fi
    mkdir -p "$trial"/{lower,upper,work,merged}
    if mount -t overlay overlay -o "lowerdir=$trial/lower,upperdir=$trial/upper,workdir=$trial/work" \
        "$trial/merged" 2>/dev/null; then
        umount "$trial/merged"
        driver=overlay
    fi
    rm -rf "$trial"
    printf '[storage]\ndriver = "%s"\ngraphroot = "%s"\nrunroot = "%s"\n' \
        "$driver" "$folder/storage" "$folder/run" > "$folder/storage.conf"
}

# Where this machine has its Debian from, as lines of a sources.list.
debian_sources() {
    local format='deb $(REPO_URI) $(RELEASE) $(COMPONENT)' found
    found=$(apt-get indextargets --format "$format" 'Created-By: Packages' 'Origin: Debian' | sort -u)
    if [ -z "$found" ]; then
        apt-get update -q >/dev/null
        found=$(apt-get indextargets --format "$format" 'Created-By: Packages' 'Origin: Debian' | sort -u)
    fi
    echo "$found"
}

# Debian 12 as its official slim image has it: what is essential, without manuals and translations.
make_base() {
    local root=$folder/base container sources
    if [ -z "${FRESH:-}" ] && buildah inspect --type image "$base" >/dev/null 2>&1; then return; fi
    say "making the base: Debian 12"
    rm -rf "$root"
    sources=$(debian_sources)
    debootstrap --variant=minbase bookworm "$root" "$(awk '$3 == "bookworm" { print $2; exit }' <<< "$sources")" \
        > "$folder/debootstrap.log"
    echo "$sources" > "$root/etc/apt/sources.list"
    cat > "$root/etc/dpkg/dpkg.cfg.d/slim" <<END
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
END
    find "$root/usr/share/doc" ! -type d ! -name copyright -delete
    rm -rf "$root"/usr/share/man/* "$root"/usr/share/locale/* "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*
    container=$(buildah from scratch)
    buildah add -q "$container" "$root" / >/dev/null
    buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
    buildah commit -q --rm "$container" "$base" >/dev/null
    rm -rf "$root"
}

# Fetch the packages of an image by this machine's own pip, which knows the way through its network.
fetch_packages() {
    local list=layers/$1/requirements.txt wheels=$folder/wheels/$1
    if cmp -s "$list" "$wheels/requirements.txt"; then return; fi
    say "fetching the packages of $1"
    rm -rf "$wheels"
    mkdir -p "$wheels"
    "$venv/bin/python" -m pip download -q --no-input --retries 5 --timeout 60 --require-hashes \
        --only-binary :all: -d "$wheels" -r "$list" 2> "$folder/$1.log" || { tail -n 20 "$folder/$1.log" >&2; return 1; }
    printf '[global]\nno-index = true\nfind-links = /mnt\n' > "$wheels/pip.conf"
    cp "$list" "$wheels/"
}

build() {
    local name=$1
    say "building localhost/leadreel-$name"
    buildah bud --layers ${FRESH:+--no-cache} --isolation=chroot --network=host --build-arg "BASE=$base" \
        --build-arg PIP_CONFIG_FILE=/mnt/pip.conf --volume="$folder/wheels/$name:/mnt:ro" -f "layers/$name/Dockerfile" -t "localhost/leadreel-$name" . \
        > "$folder/$name.log" 2>&1 || { tail -n 40 "$folder/$name.log" >&2; return 1; }
}

# 77: not the images are at fault, but the machine.
cannot() {
    say "make images: $1; its messages are above"
    exit 77
}

tell_size() {
    local bytes
    bytes=$(podman image inspect --format '{{.Size}}' "localhost/leadreel-$1")
    echo "localhost/leadreel-$1: $((bytes / 1000000)) MB"
}

if [ "$(id -u)" != 0 ]; then
    say "make images needs root: it makes a Debian and runs containers with Lambda's limits"
    exit 1
fi
if ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then
    say "make images needs Python 3.11 in $venv, as it is in the images: make clean, then PYTHON=/path/to/python3.11"
    exit 1
fi
mkdir -p "$folder"
find_programs || cannot "its packages could not be installed"
write_storage_settings
export CONTAINERS_STORAGE_CONF=$folder/storage.conf
make_base || cannot "a Debian could not be made here"
podman --runtime "$(command -v runc)" run --rm --network=host --read-only --memory=512m --cpus=1 \
    --ulimit=nofile=1024:1024 --ulimit=nproc=1000:1000 "$base" /bin/true || cannot "this machine does not run containers"
buildah rm --all >/dev/null  # what a build that broke off has left
for name in record compose; do
    fetch_packages "$name"
    build "$name"
done
for name in record compose; do tell_size "$name"; done
