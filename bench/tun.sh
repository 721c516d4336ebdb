#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How fast is sluice on a TUN device to the kernel's TCP, as a multiple of the kernel to itself over veth between two
# network namespaces, MTU 1500 both?
#   tun.sh <directory of the benchmarks> [turns]
# TUN with super-packets against veth with GSO, plain TUN against veth whose offloads are switched off by ethtool: bulk
# each way and round trips of one octet. The contestants take turns; given are the medians, and the median of the ratios
# turn by turn: above 1, sluice is faster. Every octet is compared with what was sent; all have cubic, and all processes
# the same two cores (CORES=0,1). Needs root, or user namespaces that are allowed, and /dev/net/tun; or skips (77).
set -euo pipefail
program=$(realpath "${1:?directory of the benchmarks}")/bench_tun turns=${2:-15} cores=${CORES:-0,1}
skip() { echo "skipped: $1"; exit 77; }
if [ -z "${BENCH_TUN_APART-}" ]; then
    [ -x "$program" ] || { echo "there is no $program"; exit 2; }
    for each in ip ethtool nsenter taskset; do command -v $each > /dev/null || skip "no $each"; done
    [ -w /dev/net/tun ] || skip "no right to /dev/net/tun"
    taskset -c "$cores" true 2> /dev/null || skip "no cores $cores (CORES)"
    apart="unshare -n"
    [ "$(id -u)" = 0 ] || apart="unshare -rn"
    $apart true 2> /dev/null || skip "namespaces are not allowed here"
    BENCH_TUN_APART=1 exec $apart taskset -c "$cores" bash "$0" "$@"
fi
work=$(mktemp -d)
mkfifo "$work/said"
trap 'jobs -p | xargs -r kill 2> /dev/null || true; rm -r "$work"' EXIT

# The second host is one end of two veth pairs, and a server in each namespace.
unshare -n sleep infinity &
second="nsenter -n -t $!"
until [ "$($second readlink /proc/self/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
pair() {  # pair <number>: 198.18.<number>.1 here, .2 there
    ip link add "here$1" type veth peer name "there$1" netns $!
    ip addr add "198.18.$1.1/24" dev "here$1"
    ip link set "here$1" up
    $second ip addr add "198.18.$1.2/24" dev "there$1"
    $second ip link set "there$1" up
}
pair 1
pair 2
ethtool -K here2 tso off gso off gro off tx off rx off sg off > /dev/null
$second ethtool -K there2 tso off gso off gro off tx off rx off sg off > /dev/null
serve() {
    local line
    "$@" "$program" serve 5001 > "$work/said" &
    read -r -t 60 line < "$work/said" && [ "$line" = listening ] || { echo "no server"; exit 1; }
}
serve
serve $second

ask() {  # ask <who> <what> <amount>: the seconds it took
    case $1 in
        super | plain) timeout 60 "$program" ask "$1" 198.18.0.1 5001 "$2" "$3" ;;
        gso) timeout 60 "$program" ask kernel 198.18.1.2 5001 "$2" "$3" ;;
        single) timeout 60 "$program" ask kernel 198.18.2.2 5001 "$2" "$3" ;;
    esac || { echo "$*: it failed" >&2; exit 1; }
}
median() { sort -g | awk '{ v[NR] = $1 } END { printf "%.4f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
# Gbit/s, or thousand round trips a second.
figure() { awk -v s="$1" -v n="$3" -v what="$2" 'BEGIN {
    if (what == "ping") printf "%.1f k/s", n / s / 1e3; else printf "%.2f Gbit/s", n * 8 / s / 1e9 }'; }

echo "sluice on TUN to a kernel socket, against kernel to kernel over veth; cores $cores for all; $turns turns each"
printf '%-44s %14s %14s %7s %7s\n' "" sluice kernel ratio goal
compare() {  # compare <title> <sluice's> <the kernel's> <what> <amount> <goal>
    local ours=() theirs=() ratios=()
    for ((i = 0; i < turns; ++i)); do
        ours+=("$(ask "$2" "$4" "$5")")
        theirs+=("$(ask "$3" "$4" "$5")")
        ratios+=("$(awk -v a="${theirs[i]}" -v b="${ours[i]}" 'BEGIN { print a / b }')")
    done
    printf '%-44s %14s %14s %7.2f %7s\n' "$1" \
        "$(figure "$(printf '%s\n' "${ours[@]}" | median)" "$4" "$5")" \
        "$(figure "$(printf '%s\n' "${theirs[@]}" | median)" "$4" "$5")" \
        "$(printf '%s\n' "${ratios[@]}" | median)" "$6"
}
compare "super-packets, to the kernel; veth with GSO" super gso send 1000000000 1.0
compare "super-packets, from the kernel; the same" super gso receive 1000000000 1.0
compare "super-packets, both ways at once; the same" super gso both 500000000 ""
compare "plain, to the kernel; veth, offloads off" plain single send 200000000 0.7
compare "plain, from the kernel; the same" plain single receive 200000000 0.7
compare "round trips, super-packets; veth with GSO" super gso ping 20000 ""
compare "round trips, plain; veth, offloads off" plain single ping 20000 ""
