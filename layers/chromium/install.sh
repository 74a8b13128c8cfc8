#!/usr/bin/env bash
# install.sh VENV: see to it that this machine has Chromium's headless shell, the Noto fonts, and what
# Playwright's driver in VENV needs.
# Does nothing when they are here; installs Debian's packages when it may; else unpacks them under VENV,
# where VENV/share/chromium/chromium-headless-shell then starts the browser with its libraries and fonts.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../debian.sh"
venv=$(cd "$1" && pwd)
mapfile -t packages < <(grep -v '^#' "$here/packages.txt")
unpacked=$venv/share/chromium
wrapper=$unpacked/chromium-headless-shell
driver=$(echo "$venv"/lib/python3*/site-packages/playwright/driver/node)

runs() { [ -x "$1" ] && timeout 60 "$1" --version >/dev/null 2>&1; }

# The first headless shell that runs, in the order in which the recorder looks (shared/recording/browser/chromium.py).
browser() {
    local program
    if [ -n "${CHROMIUM_PATH:-}" ]; then  # then no other counts
        runs "$CHROMIUM_PATH" && echo "$CHROMIUM_PATH"
        return
    fi
    for program in "$wrapper" /usr/lib/chromium/chromium-headless-shell \
        /usr/lib/chromium-browser/headless_shell \
        "${HOME:-/root}"/.cache/ms-playwright/chromium_headless_shell-*/*/{chrome-headless-shell,headless_shell} \
        "$(command -v chromium-headless-shell || true)"; do
        if runs "$program"; then echo "$program"; return; fi
    done
    return 1
}

fonts_found() {
    local font
    for font in 'NotoSans-*' 'NotoSansCJK*' 'NotoColorEmoji*'; do
        [ -n "$(find -L /usr/share/fonts /usr/local/share/fonts "$unpacked/usr/share/fonts" \
            -name "$font" -print -quit 2>/dev/null)" ] || return 1
    done
}

all_found() { program=$(browser) && fonts_found && runs "$driver"; }

# The unpacked fonts beside the system's, and the unpacked settings with their links set right.
write_font_settings() {
    local settings=$unpacked/etc/fonts available=/usr/share/fontconfig/conf.avail base='' link
    mkdir -p "$settings/conf.d"
    for link in 10-hinting-slight.conf 70-no-bitmaps.conf; do  # these the package links when it is installed
        if [ -e "$unpacked$available/$link" ]; then ln -sf "$available/$link" "$settings/conf.d/"; fi
    done
    for link in "$settings"/conf.d/*; do
        case $(readlink "$link") in /*) ln -sf "$unpacked$(readlink "$link")" "$link" ;; esac
    done
    if [ -e /etc/fonts/fonts.conf ]; then base='<include>/etc/fonts/fonts.conf</include>'; fi
    cat > "$settings/leadreel.conf" <<END
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  $base
  <dir>$unpacked/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir>$unpacked/var/cache/fontconfig</cachedir>
  <include ignore_missing="yes">$settings/conf.d</include>
</fontconfig>
END
}

# write_wrapper FILE PROGRAM: FILE starts PROGRAM with the unpacked libraries and fonts.
write_wrapper() {
    local libraries
    libraries=$(find "$unpacked" -name 'lib*.so*' -printf '%h\n' 2>/dev/null | sort -u | paste -sd :)
    cat > "$1" <<END
#!/bin/sh
# Written by layers/chromium/install.sh
LD_LIBRARY_PATH='$libraries'\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}
FONTCONFIG_FILE='$unpacked/etc/fonts/leadreel.conf'
export LD_LIBRARY_PATH FONTCONFIG_FILE
exec '$2' "\$@"
END
    chmod +x "$1"
}

unpack() {
    apt_unpack "$unpacked" "${packages[@]}" || return 1
    write_font_settings
    local program=$unpacked/usr/lib/chromium/chromium-headless-shell
    if [ -x "$program" ]; then write_wrapper "$wrapper" "$program"; fi
    if ! runs "$driver"; then
        [ "$(head -c 2 "$driver")" = '#!' ] || mv "$driver" "$driver.bin"
        write_wrapper "$driver" "$driver.bin"
    fi
}

playwright_install() {
    local dependencies=()
    if command -v apt-get >/dev/null && may_install; then dependencies=(--with-deps); fi
    # where the recorder looks for it
    PLAYWRIGHT_BROWSERS_PATH=${HOME:-/root}/.cache/ms-playwright \
        timeout 600 "$venv/bin/playwright" install "${dependencies[@]}" --only-shell chromium >&2 </dev/null
}

give_up() {
    say "Chromium's headless shell, the Noto fonts or libatomic1 are still missing, and this account can't get them."
    say "An administrator can, with:"
    say "    apt-get update && apt-get install --no-install-recommends ${packages[*]}"
    say "Where there is no package chromium-headless-shell (Ubuntu), with:"
    say "    $venv/bin/playwright install-deps chromium"
    say "and after that, as yourself: $venv/bin/playwright install --only-shell chromium"
    say "A headless shell that is here already is used if CHROMIUM_PATH names it."
    exit 1
}

if [ -n "${CHROMIUM_PATH:-}" ] && ! browser >/dev/null; then
    say "CHROMIUM_PATH names $CHROMIUM_PATH, which does not run: correct it, or unset it and try again"
    exit 1
fi

if all_found; then exit; fi
if ! command -v apt-get >/dev/null; then
    say "this is not Debian or a relative of it: trying Playwright's browser"
elif may_install; then
    say "installing Chromium's headless shell and the Noto fonts: a minute or two"
    apt_install "${packages[@]}" || say "apt-get could not install them"
else
    say "no root here: unpacking Chromium's headless shell and the Noto fonts under $unpacked"
    unpack || say "apt-get could not fetch them"
fi
if ! browser >/dev/null; then
    playwright_install || say "Playwright could not download its browser"
fi
# A browser of the system's, or Playwright's, finds the unpacked fonts through the wrapper too.
if [ -d "$unpacked" ] && [ ! -x "$wrapper" ] && program=$(browser); then
    write_wrapper "$wrapper" "$program"
fi
all_found || give_up
say "the browser is $program: $("$program" --version)"
