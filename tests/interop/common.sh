# SPDX-License-Identifier: MIT
# What the scripts of this directory have in common; each sources it, and begins with `need` and `enter`.

fail() { echo "FAILED: $1" >&2; exit 1; }
# Ends with 77, or fails where nothing may be skipped (INTEROP_SKIPS=fail, as in CI).
skip() {
    echo "skipped: $1" >&2
    [ "${INTEROP_SKIPS-}" = fail ] && exit 1
    exit 77
}
# need <program or device>...
need() {
    for each in "$@"; do
        case $each in
            /dev/*) [ -c "$each" ] && [ -w "$each" ] || skip "no $each, or no right to it" ;;
            *) command -v "$each" > /dev/null || skip "no $each" ;;
        esac
    done
}

# apart_by <which namespaces, as unshare's option>: sets `apart`, what runs a command in namespaces of its own.
apart_by() {
    apart="unshare $1"
    [ "$(id -u)" = 0 ] || apart="unshare -r${1#-}"
    $apart true 2> /dev/null || skip "namespaces are not allowed here"
}
# enter <which namespaces> <the script's arguments>: it goes on in them, for ten minutes at most, and has a directory
# $work. When it ends that goes, and so does what it has begun.
enter() {
    if [ -z "${IN_NAMESPACE-}" ]; then
        apart_by "$1"
        IN_NAMESPACE=1 exec $apart timeout 600 bash "$0" "${@:2}"
    fi
    work=$(mktemp -d)
    trap 'end_all; rm -rf "$work"' EXIT
    echo 0 > $tail_probes
}
tail_probes=/proc/sys/net/ipv4/tcp_early_retrans  # the kernel's: on a busy machine they would be retransmissions
end_all() { jobs -p | xargs -r kill 2> /dev/null || true; }

# new_host <name>: another host, in namespaces of its own. Sets $<name>, for `ip link … netns`, and $in_<name>, which
# runs a command there.
new_host() {
    mkfifo "$work/host_$1"
    local line
    unshare -nm sh -c "echo 0 > $tail_probes; echo up; exec sleep infinity > /dev/null" > "$work/host_$1" 2> /dev/null &
    declare -g "$1=$!" "in_$1=nsenter -t $! -n -m"
    read -r line < "$work/host_$1" || fail "no other host"
}

# Of $family: sluice's address and the kernel's, how long their prefix is, any address, and sluice's as curl wants it.
family=4
addresses() {
    if [ "$family" = 4 ]; then own=198.18.0.2 length=24 theirs=198.18.0.1 any=0.0.0.0 url=http://$own
    else own=fd00::2 length=64 theirs=fd00::1 any=:: url="http://[$own]"; fi
    [ "$family" = 4 ] || [ -e /proc/net/if_inet6 ] || skip "no IPv6"
}

# start <command>...: in the background, as $pid, until it says on its standard error that it is up; what it has said
# before is in $told, and what it says later comes from descriptor $said.
starts=0
start() {
    local line pipe=$work/said.$((++starts))
    mkfifo "$pipe"
    "$@" 2> "$pipe" &
    pid=$!
    exec {said}< "$pipe"
    told=
    while read -r -t 60 -u "$said" line; do
        case $line in
            *up | *waiting) return ;;
            *CAP_NET_* | */dev/net/tun* | *"needs Linux"*) skip "$line" ;;
        esac
        told+=$line
    done
    fail "$1 does not start: $told"
}
# stop [pid]: by a signal, after which it ends in good order.
stop() {
    kill "${1-$pid}"
    wait "${1-$pid}" || fail "what was started did not end in good order"
}

# Behind $from, if it is another host.
get() { ${from-} curl -sS -g --noproxy '*' --max-time 60 "$@"; }

# read_capture <file> <filter> [option]...: the packets that tshark finds, a line each.
read_capture() {
    tshark -r "$1" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -Y "$2" "${@:3}" \
        2> /dev/null || fail "tshark can't read $1"
}
# clean <file> <what of> [what else would be wrong] [which packets count]: tshark finds nothing wrong.
clean() {
    local wrong
    wrong=$(read_capture "$1" "(${4-frame}) and (_ws.malformed or tcp.checksum.status==0 or ip.checksum.status==0 or
        icmpv6.checksum.status==0 or arp.duplicate-address-detected${3:+ or $3})")
    [ -z "$wrong" ] || { head -n 5 <<< "$wrong" >&2; fail "tshark, of $2"; }
}
# unharmed <file> <what of> <how many transfers>: the same, and nothing was lost. But who has no processor for longer
# than two round trips answers after the probe of the tail (RFC 8985 section 7), or after its peer's timeout: once in each
# transfer at most.
unharmed() {
    local again
    clean "$1" "$2" 'tcp.analysis.fast_retransmission or tcp.analysis.lost_segment'
    again=$(read_capture "$1" 'tcp.analysis.retransmission and tcp.flags.syn==0')
    [ "$(grep -c . <<< "$again")" -le "$3" ] || { head -n 15 <<< "$again" >&2; fail "retransmissions, of $2"; }
}
# has_packets <file> <at least> <what of> [which packets count]
has_packets() {
    local count
    count=$(read_capture "$1" "${4-frame}" | wc -l)
    [ "$count" -ge "$2" ] || fail "no more than $count packets in the capture, of $3"
    echo "$3: $count packets, nothing wrong with any"
}
