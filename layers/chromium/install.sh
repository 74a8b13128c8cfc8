#!/usr/bin/env bash
# install.sh VENV: see to it that this machine has Chromium's headless shell and the Noto fonts.
# Does nothing when they are here; installs Debian's packages when it may; else unpacks them under VENV,
# where VENV/share/chromium/chromium-headless-shell then starts the browser with its libraries and fonts.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../debian.sh"
venv=$(cd "$1" && pwd)
mapfile -t packages < <(grep -v '^#' "$here/packages.txt")
unpacked=$venv/share/chromium
wrapper=$unpacked/chromium-headless-shell

runs() { [ -x "$1" ] && timeout 60 "$1" --version >/dev/null 2>&1; }

# The first headless shell that runs, in the order in which the recorder looks (shared/recording/chromium.py).
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
        find -L /usr/share/fonts /usr/local/share/fonts "$unpacked/usr/share/fonts" -name "$font" 2>/dev/null |
            grep -q . || return 1
    done
}

all_found() { program=$(browser) && fonts_found; }

# What the fontconfig package sets up when it is installed, for the unpacked fonts.
write_font_settings() {
    local settings=$unpacked/etc/fonts available=$unpacked/usr/share/fontconfig/conf.avail base='' file
    mkdir -p "$settings/conf.d"
    if [ -e /etc/fonts/fonts.conf ]; then
        base='<include>/etc/fonts/fonts.conf</include>'
    else
        for file in "$available"/{10-hinting-slight,1?-yes-*,11-lcdfilter-default,3?-*,4?-*,6?-*,70-no-*,90-*}.conf; do
            if [ -e "$file" ]; then ln -sf "$file" "$settings/conf.d/"; fi
        done
    fi
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

# write_wrapper PROGRAM
write_wrapper() {
    local libraries
    libraries=$(find "$unpacked/usr/lib" "$unpacked/lib" -maxdepth 1 -name '*-linux-gnu*' 2>/dev/null | paste -sd :)
    cat > "$wrapper" <<END
#!/bin/sh
# Written by layers/chromium/install.sh: the browser with the libraries and fonts that are unpacked here.
LD_LIBRARY_PATH='$libraries'\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}
FONTCONFIG_FILE='$unpacked/etc/fonts/leadreel.conf'
export LD_LIBRARY_PATH FONTCONFIG_FILE
exec '$1' "\$@"
END
    chmod +x "$wrapper"
}

unpack() {
    apt_unpack "$unpacked" "${packages[@]}" || return 1
    write_font_settings
    local program=$unpacked/usr/lib/chromium/chromium-headless-shell
    if [ -x "$program" ]; then write_wrapper "$program"; fi
}

playwright_install() {
    local dependencies=()
    if command -v apt-get >/dev/null && may_install; then dependencies=(--with-deps); fi
    # where the recorder looks for it
    PLAYWRIGHT_BROWSERS_PATH=${HOME:-/root}/.cache/ms-playwright \
        timeout 600 "$venv/bin/playwright" install "${dependencies[@]}" --only-shell chromium >&2 </dev/null
}

give_up() {
    say "Chromium's headless shell or the Noto fonts are still missing, and this account can't get them."
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
    say "installing Chromium's headless shell and the Noto fonts"
    apt_install "${packages[@]}" || say "apt-get could not install them"
else
    say "no root here: unpacking Chromium's headless shell and the Noto fonts under $unpacked"
    unpack || say "apt-get could not fetch them"
fi
if ! browser >/dev/null; then
    playwright_install || say "Playwright could not download its browser"
fi
# A browser of the system's, or Playwright's, finds the unpacked fonts through the wrapper too.
if [ -d "$unpacked" ] && [ ! -x "$wrapper" ] && program=$(browser); then write_wrapper "$program"; fi
all_found || give_up
say "the browser is $program: $("$program" --version)"
