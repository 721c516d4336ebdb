#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh <interop_endpoint> <interop_kernel_peer> <directory of the examples> [case...]: the cases of README.md's list,
# each in a network namespace of its own, as many at once as there are processors. Each needs a function of its name in
# a file cases_*.sh, and each function a place in the list. Skipped (77) where something is missing.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
. "$here/common.sh"
if [ "$1" = --one ]; then
    shift
    . "$here/talk.sh"
    for each in "$here"/cases_*.sh; do . "$each"; done
    one "$@"
    exit
fi
export ENDPOINT=$(realpath "$1") PEER=$(realpath "$2") EXAMPLES=$(realpath "$3")
shift 3
need ip unshare nsenter nft ethtool tshark capinfos sysctl /dev/net/tun
apart_by -n
$apart sh -c '[ -e /proc/net/if_inet6 ]' || skip "no IPv6"
listed=$(sed -nE 's/^[0-9]+\. `([a-z0-9_]+)`: .*/\1/p' "$here/README.md")
written=$(sed -nE 's/^case_([a-z0-9_]+)\(\) \{.*/\1/p' "$here"/cases_*.sh)
diff <(sort <<< "$listed") <(sort <<< "$written") || { echo "FAILED: README.md lists others than there are"; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '%s\n' ${*:-$listed} > "$work/names"
WORK=$work xargs -P "$(nproc)" -I{} $apart bash "$0" --one {} < "$work/names" | tee "$work/told" || true
ran=$(grep -c '^ok ' "$work/told" || true) wanted=$(wc -l < "$work/names")
echo "$ran of $wanted cases are as they should be"
if grep -q '^FAILED ' "$work/told"; then exit 1; fi
if grep -q '^skipped ' "$work/told"; then skip "$(grep -m 1 '^skipped ' "$work/told")"; fi
[ "$ran" = "$wanted" ]
