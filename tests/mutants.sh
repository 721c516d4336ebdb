#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# mutants.sh [--sample N] [--seed TEXT] [--list]: plants wrong rows in the transition table, all or N chosen by the
# seed, one at a time beside a copy of the sources, and finds out what kills each: the proofs when it is compiled, the
# oracle (rfc/oracle.cpp), or the model check (model/). Fails if one survives. The compiler is CXX; two work at a time
# (JOBS).
#
# The mutants, for each row:
#   all      the row is missing
#   moves    each other state as its target; each of its actions missing; each other action added; stays instead
#   stays    moves to CLOSED instead; a call is refused instead
#   refuses  another error; stays instead; moves to CLOSED instead
# Left out, since nobody could tell them from the right row:
# - cannot: what a cell says that is never looked up. That it is not is asserted by the machine, and so by each test.
# - an action added to an OPEN, but for a RST that leaves: it begins a conversation after it has fired, and nothing that
#   was queued or told before outlives that.
# - queue FIN with release or forget peer, which both forget it; and where our FIN is queued already.
# - a reason of failure before another one: the last is what is told.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$(realpath "$0")")/.."

sample=
seed=
list=
while [ $# -gt 0 ]; do
    case $1 in
        --sample) sample=$2; shift 2 ;;
        --seed) seed=$2; shift 2 ;;
        --list) list=1; shift ;;
        *) echo "no such option: $1" >&2; exit 2 ;;
    esac
done
compiler=("${CXX:-g++}" -std=c++20 -O1)
jobs=${JOBS:-2}
table=include/sluice/state/transition_table.hpp

# The line's number, what is done to it, and the line instead, with tabs between, for each mutant.
mutants() {
    awk '
    function trim(s) { gsub(/^ +| +$/, "", s); return s }
    function mutant(what, text) { print NR "\t" kind " (" from ", " on "): " what "\t" text }
    function with(to_state, set) {
        return "moves(" from ", " on ", " to_state ", " (set == "" ? "{}" : set) ", " why "),"
    }
    BEGIN {
        state_count = split("closed listen syn_sent received_passive received_active established fin_wait_1 " \
                            "fin_wait_2 close_wait closing last_ack time_wait", state, " ")
        action_count = split("queue_fin send_reset tell_connected tell_closing tell_reset tell_refused " \
                             "tell_timed_out forget_peer start_time_wait release", action, " ")
    }
    /to_array<row>/ { inside = 1; next }
    inside && /^ *}\);/ { exit }
    !inside || !match($0, /^ *(moves|stays|refuses|cannot) *\(/) { next }
    {
        # Fields: what stands between the commas that are inside of neither quotes nor parentheses.
        kind = trim(substr($0, 1, RLENGTH - 1))
        rest = substr($0, RLENGTH + 1)
        n = depth = quoted = 0
        part = ""
        for (i = 1; i <= length(rest); ++i) {
            c = substr(rest, i, 1)
            if (c == "\"") quoted = !quoted
            if (!quoted) {
                if (c == "(") ++depth
                if (c == ")" && depth-- == 0) break
                if (c == "," && depth == 0) { field[++n] = trim(part); part = ""; continue }
            }
            part = part c
        }
        field[++n] = trim(part)
        from = field[1]
        on = field[2]
        why = "\"\""
        mutant("missing", "")
        call = on ~ /::(passive_open|active_open|send|receive|close|abort)$/
        if (kind == "stays") {
            mutant("moves to closed", with("closed", "a::release"))
            if (call) mutant("is refused", "refuses(" from ", " on ", error::bad_argument, " why "),")
        }
        if (kind == "refuses") {
            mutant("another error", "refuses(" from ", " on ", error::bad_argument, " why "),")
            mutant("stays", "stays(" from ", " on ", " why "),")
            mutant("moves to closed", with("closed", "a::release"))
        }
        if (kind != "moves") next
        to = field[3]
        set = n >= 4 && field[4] != "{}" ? field[4] : ""
        mutant("stays", "stays(" from ", " on ", " why "),")
        for (s = 1; s <= state_count; ++s)
            if (state[s] != to) mutant("to " state[s], with(state[s], set))
        own_count = split(set, own, / *\| */)
        delete has
        for (k = 1; k <= own_count; ++k) {
            sub(/^a::/, "", own[k])
            has[own[k]]
        }
        for (k = 1; k <= own_count; ++k) {
            fewer = ""
            for (m = 1; m <= own_count; ++m)
                if (m != k) fewer = fewer (fewer == "" ? "" : " | ") "a::" own[m]
            mutant("without " own[k], with(to, fewer))
        }
        opens = on ~ /open$/
        forgets = ("release" in has) || ("forget_peer" in has)
        for (k = 1; k <= action_count; ++k) {
            it = action[k]
            if (it in has) continue
            if (opens && it ~ /^(queue_fin|tell_|forget_peer)/) continue
            if (it == "queue_fin" && (forgets || from ~ /fin_wait|closing|last_ack|finishing|time_wait/)) continue
            if (it == "tell_reset" && (("tell_refused" in has) || ("tell_timed_out" in has))) continue
            if (it == "tell_refused" && ("tell_timed_out" in has)) continue
            mutant("with " it, with(to, (set == "" ? "" : set " | ") "a::" it))
        }
    }' "$table"
}
sampled() {
    while IFS= read -r line; do echo "$(cksum <<< "$seed $line") $line"; done | sort -n |
        awk -v n="$1" 'NR <= n' | cut -d' ' -f3-
}

chosen() { mutants | if [ -n "$sample" ]; then sampled "$sample"; else cat; fi; }
[ -z "$list" ] || { chosen; exit; }

tree=build/mutants
rm -rf "$tree"
mkdir -p "$tree"
chosen > "$tree/mutants"
cp -r include tests "$tree"
cd "$tree"

# The three lifecycles, which is what the proofs are about.
cat > proofs.cpp << 'END'
#include <sluice/policy/lifecycle/client_only.hpp>
#include <sluice/policy/lifecycle/full.hpp>
#include <sluice/policy/lifecycle/server_only.hpp>
#include <sluice/state/machine.hpp>
template <class Lifecycle>
constexpr bool passes = sluice::machine<Lifecycle>::has(sluice::state::closed);
static_assert(passes<sluice::full> && passes<sluice::client_only> && passes<sluice::server_only>);
END
oracle_case="*what section 3.10 says"
models=$(find tests/model -name '*.cpp' ! -name '*_long.cpp' | sort)

compiled() { "${compiler[@]}" -I"$1" -Iinclude -Itests "${@:2}" > "$1/log" 2>&1; }
refused_by_a_proof() { grep -qE 'error: static(_assert| assertion) failed.*sluice:' "$1/log"; }
passes() {  # passes <directory> <cases> <source>...: 1 if a case fails, 2 if there is no program
    compiled "$1" "${@:3}" main.o -o "$1/program" || return 2
    timeout 300 "$1/program" -aa=1 -tc="$2" > "$1/log" 2>&1 || return 1
}

# What kills the mutant whose table stands in the directory: proof, oracle, model, nothing, or it is no mutant at all.
killer() {
    compiled "$1" -fsyntax-only proofs.cpp || { refused_by_a_proof "$1" && echo proof || echo wrong; return; }
    local by status
    for by in oracle model; do
        status=0
        if [ $by = oracle ]; then passes "$1" "$oracle_case" tests/rfc/oracle.cpp; else passes "$1" '*' $models; fi ||
            status=$?
        case $status in
            1) echo $by; return ;;
            2) echo wrong; return ;;
        esac
        [ "$1" != work/right ] || break
    done
    echo survived
}

judge() {  # judge <number> <mutant>
    local directory=work/$1 line what new found
    IFS=$'\t' read -r line what new <<< "$2"
    mkdir -p "$directory/sluice/state"
    LINE=$line NEW=$new awk 'NR == ENVIRON["LINE"] { $0 = ENVIRON["NEW"] } { print }' "$table" \
        > "$directory/sluice/state/transition_table.hpp"
    found=$(killer "$directory")
    printf '%-8s  line %s: %s\n' "$found" "$line" "$what" > "work/$1.result"
    cat "work/$1.result"
    [ "$found" != wrong ] || tail -n 20 "$directory/log"
    rm -r "$directory"
}

"${compiler[@]}" -Itests -c tests/support/main.cpp -o main.o
mkdir -p work/right
found=$(killer work/right)
[ "$found" = survived ] || { echo "the right table does not pass: $found"; tail -n 20 work/right/log; exit 1; }

number=0
while IFS= read -r mutant <&3; do
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n || true; done
    number=$((number + 1))
    judge "$number" "$mutant" &
done 3< mutants
wait
if grep -q '^model' work/*.result && ! passes work/right '*' $models; then
    echo "the right table does not pass the model check"
    exit 1
fi
cat work/*.result | awk -v planned="$number" '
    { ++by[$1] }
    END {
        printf "mutants %d: by proof %d, by oracle %d, by model %d, survived %d%s\n",
            NR, by["proof"], by["oracle"], by["model"], by["survived"], by["wrong"] ? ", wrong " by["wrong"] : ""
        exit by["survived"] + by["wrong"] > 0 || NR == 0 || NR != planned
    }'
