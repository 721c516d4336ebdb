// SPDX-License-Identifier: MIT
// host/error.hpp: each error as a std::error_code, and the condition that people of Berkeley sockets know it by.
#include <doctest/doctest.h>

#include <sluice/host/error.hpp>

#include <ostream>  // doctest prints what fails
#include <set>
#include <string>
#include <system_error>
#include <type_traits>

namespace {

using namespace sluice;

static_assert(std::is_error_code_enum_v<error>);
static_assert(!std::is_error_condition_enum_v<error>);
static_assert(std::is_convertible_v<error, std::error_code>);

constexpr int errors = static_cast<int>(error::bad_header) + 1;

}  // namespace

TEST_CASE("each error is the condition that the call of Berkeley sockets would give") {
    const auto is = [](error ours, std::errc theirs) { return std::error_code(ours) == theirs; };
    CHECK(is(error::not_open, std::errc::not_connected));
    CHECK(is(error::insufficient_resources, std::errc::no_buffer_space));
    CHECK(is(error::remote_unspecified, std::errc::destination_address_required));
    CHECK(is(error::already_open, std::errc::already_connected));
    CHECK(is(error::closing, std::errc::broken_pipe));
    CHECK(is(error::reset, std::errc::connection_reset));
    CHECK(is(error::refused, std::errc::connection_refused));
    CHECK(is(error::aborted, std::errc::connection_aborted));
    CHECK(is(error::timed_out, std::errc::timed_out));
    CHECK(is(error::would_block, std::errc::operation_would_block));
    CHECK(is(error::bad_address, std::errc::address_not_available));
    CHECK(is(error::bad_argument, std::errc::invalid_argument));
    CHECK(is(error::bad_handle, std::errc::bad_file_descriptor));
    CHECK(is(error::not_supported, std::errc::operation_not_supported));
    CHECK(is(error::would_deadlock, std::errc::resource_deadlock_would_occur));
    CHECK(is(error::link_gone, std::errc::no_such_device));
    CHECK(is(error::network_unreachable, std::errc::network_unreachable));
    CHECK(is(error::host_unreachable, std::errc::host_unreachable));
    CHECK(is(error::protocol_unreachable, std::errc::no_protocol_option));
    CHECK(is(error::prohibited, std::errc::permission_denied));
    CHECK(is(error::bad_header, std::errc::protocol_error));
    CHECK_FALSE(is(error::reset, std::errc::connection_refused));
}

TEST_CASE("every error but none is a failure with a condition of its own") {
    std::set<int> conditions;
    for (int i = 1; i < errors; ++i) {
        const std::error_code code = static_cast<error>(i);
        CHECK(code);
        CHECK(code.default_error_condition().category() == std::generic_category());
        conditions.insert(code.default_error_condition().value());
    }
    CHECK(conditions.size() == errors - 1);
    CHECK(conditions.count(0) == 0);
}

TEST_CASE("no error is no error") {
    const std::error_code code = error::none;
    CHECK_FALSE(code);
    CHECK(code == std::errc{});
    CHECK(code.default_error_condition() == std::error_condition());
}

TEST_CASE("the category is one, is called sluice, and speaks the words of text()") {
    const std::error_code code = make_error_code(error::reset);
    CHECK(code.category() == error_category());
    CHECK(code.value() == static_cast<int>(error::reset));
    CHECK(std::string(code.category().name()) == "sluice");
    CHECK(code.message() == "connection reset");
    CHECK(code == error::reset);
    CHECK(code != error::refused);
    for (int i = 0; i < errors; ++i) CHECK(error_category().message(i) == text(static_cast<error>(i)));
}

TEST_CASE("a code of another category is none of ours, and a number of no error is nothing else") {
    CHECK(std::error_code(static_cast<int>(error::reset), std::generic_category()) != error::reset);
    CHECK(std::make_error_code(std::errc::connection_reset) != error::reset);
    const std::error_code unknown(errors, error_category());
    CHECK(unknown.default_error_condition() == std::error_condition(errors, error_category()));
    CHECK(unknown.message() == "?");
}
