#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# absent.sh <compiler>: what is not chosen is not compiled, and nothing is compiled at all that takes memory, throws, or
# asks for a clock or for chance; nor is any function called through a pointer. Looks at the symbols of whole endpoints,
# compiled without optimisation, when each function that is used has one; and at their code and its size, optimised.
set -euo pipefail
export LC_ALL=C
compiler=$1
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

wrong() {
    echo "$1"
    failed=1
}
has() { grep -qE -- "$2" "$work/$1.symbols" || wrong "$1 has no symbol like $2"; }
lacks() { ! grep -E -m1 -- "$2" "$work/$1.symbols" || wrong "$1 has a symbol like $2"; }

declare -A size
endpoint() {  # endpoint <name> <policies>: <name>.symbols, and its size
    local compile=("$compiler" -std=c++20 -fno-exceptions -fno-rtti -I"$here/../../include" -c "$work/$1.cpp")
    cat > "$work/$1.cpp" <<END
#include <sluice/connection/endpoint.hpp>
#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/congestion/any_of.hpp>
#include <sluice/policy/congestion/no_congestion_control.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/congestion/vegas.hpp>
#include <sluice/policy/ecn/accurate_ecn.hpp>
#include <sluice/policy/ecn/no_ecn.hpp>
#include <sluice/policy/lifecycle/client_only.hpp>
#include <sluice/policy/lifecycle/server_only.hpp>
#include <sluice/policy/options/no_sack.hpp>
#include <sluice/policy/options/no_timestamps.hpp>
#include <sluice/policy/options/no_window_scale.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>
#include <sluice/policy/rtt/fixed_rto.hpp>
struct watcher {
    using slot = sluice::observe_slot;
    int sent = 0;
    void on_sent(const sluice::sent_report&) { ++sent; }
};
template class sluice::basic_endpoint<sluice::tcp<sluice::fixed_buffers<>${2:+, }$2>>;
END
    "${compile[@]}" -O0 -o "$work/$1.o"
    nm -C "$work/$1.o" > "$work/$1.symbols"
    "${compile[@]}" -Os -DNDEBUG -o "$work/$1.o"
    size[$1]=$(size "$work/$1.o" | awk 'NR == 2 { print $1 }')
}

endpoint full   ''
endpoint client 'sluice::client_only'
endpoint server 'sluice::server_only'
endpoint plain  'sluice::no_congestion_control, sluice::go_back_n, sluice::every_segment, sluice::fixed_rto'
endpoint seen   'watcher'
endpoint bare   'sluice::no_sack, sluice::no_timestamps, sluice::no_window_scale'
endpoint deaf   'sluice::no_ecn'
endpoint counts 'sluice::accurate_ecn'

# The whole has each, so that the patterns mean something.
for pattern in arrives_in_listen arrives_in_syn_sent 'fire<\(sluice::event\)0[,>]' 'fire<\(sluice::event\)1[,>]' \
    'fire<\(sluice::event\)11[,>]' cubic:: rfc6298 delayed_ack newreno_recovery rack_tlp:: pacer:: \
    mark_sacked sack_report scoreboard sluice::timestamps:: reneging; do
    has full "$pattern"
done
# A client has no LISTEN: no passive OPEN, no SYN in the window of SYN-RECEIVED. A server has no SYN-SENT, no active
# OPEN.
lacks client 'arrives_in_listen|fire<\(sluice::event\)(0|11)[,>]'
has   client 'arrives_in_syn_sent'
lacks server 'arrives_in_syn_sent|fire<\(sluice::event\)1[,>]'
has   server 'arrives_in_listen'
# A policy that was not chosen is not there, and a hook that a policy does not have is not called.
lacks plain  'cubic|rack_tlp|pacer::|window_validation|rfc6298|delayed_ack|on_ack_sent|on_congestion|on_rto|::quota\('
# SACKs are sent to whom permits them, but not read for a policy that makes nothing of them.
lacks plain  'mark_sacked|scoreboard|reneging'
has   plain  'sack_report'
# An option that is left out leaves no code, and SACK takes its recovery along.
lacks bare   'rack_tlp|sack_recovery|mark_sacked|sack_report|scoreboard|sluice::timestamps::|reneging'
# ECN: whoever takes no part has none of it, nor does RFC 3168's part have the option of RFC 9768.
for pattern in classic_ecn:: reduce_for_marks cubic::on_ecn; do
    has full "$pattern"
done
for pattern in accurate_ecn:: reduce_for_marks accurate_ecn_option::read accurate_ecn_option::write hear_feedback; do
    has counts "$pattern"
done
lacks deaf   'classic_ecn|accurate_ecn::|reduce_for_marks|on_ecn|ecn_arrival|ecn_marking|ecn_feedback|::on_reduction|accurate_ecn_option::'
lacks full   'accurate_ecn::|accurate_ecn_option::(read|write)'
lacks full   'watcher'
has   seen   'watcher::on_sent'

for name in full client server plain seen bare deaf counts; do
    lacks $name ' U (operator (new|delete)|malloc|free|calloc|realloc)'
    lacks $name '__cxa_|_Unwind|vtable|typeinfo|__dynamic_cast'
    lacks $name ' U (clock_gettime|gettimeofday|time|rand|random|getrandom|std::chrono)'
done
# On the way of an ACK through a composed TCP each call is direct. A policy by name is a comparison, no pointer.
endpoint named 'sluice::any_of<sluice::cubic, sluice::reno, sluice::vegas>'
if command -v objdump > /dev/null; then
    indirect() { objdump -d --no-show-raw-insn "$1" | grep -cE '\<(callq?|blr|jalr) +(\*|x[0-9]|[a-z0-9]+$)' || true; }
    printf '%s\n' 'int called(int (*f)(int), int i) { return f(i) + 1; }' > "$work/pointer.cpp"
    "$compiler" -O2 -c -o "$work/pointer.o" "$work/pointer.cpp"
    [ "$(indirect "$work/pointer.o")" = 1 ] || wrong "an indirect call is not seen (control)"
    for name in full client server plain seen bare deaf counts named; do
        [ "$(indirect "$work/$name.o")" = 0 ] || wrong "$name calls something through a pointer"
    done
fi
for name in client server plain bare deaf; do
    [ "${size[$name]}" -lt "${size[full]}" ] || wrong "$name has no less code than the whole"
done
[ "${size[counts]}" -gt "${size[full]}" ] || wrong "counts has no more code than the whole"
echo "octets of code: full ${size[full]} client ${size[client]} server ${size[server]} plain ${size[plain]} bare ${size[bare]} deaf ${size[deaf]} counts ${size[counts]}"
exit $failed
