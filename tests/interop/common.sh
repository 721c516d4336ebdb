# SPDX-License-Identifier: MIT
# What the scripts of this directory have in common; sourced by each. skip ends with 77, or fails where nothing may be
# skipped (INTEROP_SKIPS=fail, as in CI); apart begins the script anew in a network namespace of its own.
skip() {
    echo "skipped: $1"
    [ "${INTEROP_SKIPS-}" = fail ] && exit 1
    exit 77
}
need() {
    for each in "$@"; do command -v "$each" > /dev/null || skip "no $each"; done
    [ -c /dev/net/tun ] || skip "no /dev/net/tun"
    [ -w /dev/net/tun ] || skip "no right to /dev/net/tun"
}
apart_by() {  # sets `apart`
    apart="unshare -n"
    [ "$(id -u)" = 0 ] || apart="unshare -rn"
    $apart true 2> /dev/null || skip "namespaces are not allowed here"
}
