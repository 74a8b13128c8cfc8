#!/usr/bin/env bash
# emulator.sh [PYTHON [FOLDER]]: what stands for Lambda in tests, in FOLDER (build/emulator).
#   aws-lambda-rie   AWS's runtime interface emulator, for this machine
#   runtime/         the runtime's client for PYTHON, or for a Python of the version that Lambda has
set -euo pipefail
cd "$(dirname "$0")/../.."
. layers/debian.sh
. layers/python/pythons.sh
if [ -n "${1:-}" ]; then python=$1; else python=$(python_of_lambda); fi
folder=$(realpath -m "${2:-build/emulator}")
mkdir -p "$(dirname "$folder")"
if command -v flock >/dev/null; then  # who comes meanwhile waits, and finds it made
    exec {lock}> "$folder.lock"
    flock "$lock"
fi
made_of="Python $(version_of "$python"), $(cat layers/python/emulator.txt layers/python/emulator.sh | sha256sum)"

if [ "$(cat "$folder/made_of" 2>/dev/null)" = "$made_of" ]; then exit; fi
case $(uname -m) in
    x86_64) architecture=x86_64 machine=x86_64 ;;
    aarch64 | arm64) architecture=arm64 machine=aarch64 ;;
    *) say "there is no emulator for $(uname -m)"; exit 1 ;;
esac
rm -rf "$folder"
pip_install "$python" "$folder/runtime" layers/python/emulator.txt \
    "--platform=manylinux2014_$machine" "--platform=manylinux_2_17_$machine"
mv "$folder/runtime/samcli/local/rapid/aws-lambda-rie-$architecture" "$folder/aws-lambda-rie"
chmod +x "$folder/aws-lambda-rie"
rm -rf "$folder"/runtime/{samcli,schema,bin} "$folder"/runtime/aws_sam_cli-*
echo "$made_of" > "$folder/made_of"
