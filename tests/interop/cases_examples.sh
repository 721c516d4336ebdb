# SPDX-License-Identifier: MIT
# The examples as README shows them, on links that are none of the simulator's.
case_echo_and_ss() {
    start "$EXAMPLES/echo_server" --link tun:s0 --address 198.18.0.2/24 --peer 198.18.0.1 --control "$work/control"
    exec 4<> /dev/tcp/198.18.0.2/7
    echo hello >&4
    is "$(head -n 1 <&4)" = hello
    local list=$("$EXAMPLES/ss" "$work/control")
    [[ "$list" == *"LISTEN "*"*:7 "* && "$list" == *"ESTAB "*"198.18.0.2:7 "*"bytes_received:6 "* ]] || fail "$list"
    stop
    [ ! -e "$work/control" ] || fail "the UNIX socket stays behind"
}
case_echo_over_udp() {
    ip link set lo up
    start "$EXAMPLES/echo_server" --link udp:4000
    head -c 3000000 /dev/urandom > "$work/said"
    "$EXAMPLES/echo_client" --link udp:127.0.0.1:4000 --address 198.18.0.3/24 --peer 198.18.0.2 - < "$work/said" \
        2> /dev/null | cmp - "$work/said"
    stop
}
case_file_over_udp() {
    ip link set lo up
    head -c 20000000 /dev/urandom > "$work/file"
    start "$EXAMPLES/file_transfer" --link udp:4000 --pcap "$work/pcapng" receive "$work/copy"
    "$EXAMPLES/file_transfer" --link udp:127.0.0.1:4000 --address 198.18.0.3/24 --peer 198.18.0.2 send "$work/file" \
        2> /dev/null > "$work/told" || fail "$(cat "$work/told")"
    wait $pid || fail "the receiver is not content"
    cmp "$work/file" "$work/copy"
    watch harmed 20000000
    grep '^sent' "$work/told"
}
