#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh must notice a case that is wrong in any of the ways a case can be wrong.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

wrong_case() {  # wrong_case <what run.sh must say> <line>...
    printf '%s\n' "${@:2}" > "$work/case.cpp"
    local said
    if said=$(bash "$here/run.sh" "$compiler" "$work") || ! grep -qF -- "$1" <<< "$said"; then
        echo "run.sh did not say '$1' but: $said"
        failed=1
    fi
}

compiler=$1
mistake=('#ifndef SLUICE_CONTROL' 'static_assert(sizeof(int) == 0, "an int has no size");' '#endif')
wrong_case 'compiles' '// expect: x' 'int a;'
wrong_case 'the correct variant does not compile' '// expect: no size' 'static_assert(sizeof(int) == 0, "no size");'
wrong_case 'has no expect line' "${mistake[@]}"
wrong_case 'the first error does not match: a double' '// expect: a double' "${mistake[@]}"
wrong_case 'the first error does not match: undeclared' '// expect: undeclared' "${mistake[@]}" \
    '#ifndef SLUICE_CONTROL' 'int a = undeclared;' '#endif'
wrong_case 'nothing matches: absent' '// expect: an int has' '// expect: absent' "${mistake[@]}"
wrong_case 'not near the first error: far' '// expect: an int has' '// near: far' "${mistake[@]}" \
    '#ifndef SLUICE_CONTROL' 'int a = b;' 'int c = d;' 'int e = f;' 'int g = far;' '#endif'
exit $failed
