// SPDX-License-Identifier: MIT
//
// What a call of a script has come to so far: a number, an error by its name, or nothing yet; or that the script asks
// for what can't be had, or says what is not so.
#pragma once

#include <string>

#include <sluice/testing/script/names.hpp>

namespace sluice::testing::script {

struct answer {
    enum class kind { value, error, waits, unsupported, mismatch };
    kind what = kind::value;
    std::int64_t number = 0;
    std::string text{};  // the errno's name; what is not supported; what is not as the script says
    instant wakes = never;  // of one that waits: when it ends by itself

    static answer of(std::int64_t number) { return {.number = number}; }
    static answer failed(std::string_view name) {
        return {.what = kind::error, .number = -1, .text = std::string(name)};
    }
    static answer failed(error e) { return failed(errno_of(e)); }
    static answer waiting(instant until = never) { return {.what = kind::waits, .wakes = until}; }
    static answer unsupported(std::string what) { return {.what = kind::unsupported, .text = std::move(what)}; }
    static answer differs(std::string what) { return {.what = kind::mismatch, .text = std::move(what)}; }
};

}  // namespace sluice::testing::script
