// SPDX-License-Identifier: MIT
//
// sluice::error as a std::error_code, for programs that speak <system_error>: its own numbers and words, and as
// condition what the call of Berkeley sockets would give, so that `code == std::errc::connection_reset` holds for both
// worlds. The rest of the house speaks sluice::error (base/result.hpp).
#pragma once

#include <string>
#include <system_error>

#include <sluice/base/result.hpp>

template <>
struct std::is_error_code_enum<sluice::error> : std::true_type {};

namespace sluice {

/// What an errno would say; std::errc{} is no error.
constexpr std::errc to_errc(error e) {
    switch (e) {
        case error::none: break;
        case error::not_open: return std::errc::not_connected;
        case error::insufficient_resources: return std::errc::no_buffer_space;
        case error::remote_unspecified: return std::errc::destination_address_required;
        case error::already_open: return std::errc::already_connected;
        case error::closing: return std::errc::broken_pipe;  // what send() says after shutdown()
        case error::reset: return std::errc::connection_reset;
        case error::refused: return std::errc::connection_refused;
        case error::aborted: return std::errc::connection_aborted;
        case error::timed_out: return std::errc::timed_out;
        case error::would_block: return std::errc::operation_would_block;
        // POSIX connect(): "the specified address is not available". Linux says ENETUNREACH to a group's address, which
        // sounds as if it could pass; and EFAULT, "bad address", is about pointers.
        case error::bad_address: return std::errc::address_not_available;
        case error::bad_argument: return std::errc::invalid_argument;
        case error::bad_handle: return std::errc::bad_file_descriptor;
        case error::not_supported: return std::errc::operation_not_supported;
        case error::would_deadlock: return std::errc::resource_deadlock_would_occur;
        case error::link_gone: return std::errc::no_such_device;
        case error::network_unreachable: return std::errc::network_unreachable;
        case error::host_unreachable: return std::errc::host_unreachable;
        case error::protocol_unreachable: return std::errc::no_protocol_option;
        case error::prohibited: return std::errc::permission_denied;  // as Linux says of ICMPv6
        case error::bad_header: return std::errc::protocol_error;
    }
    return {};
}

class error_category_type final : public std::error_category {
public:
    const char* name() const noexcept override { return "sluice"; }
    std::string message(int code) const override { return text(static_cast<error>(code)); }
    std::error_condition default_error_condition(int code) const noexcept override {
        const std::errc errc = to_errc(static_cast<error>(code));
        // A number of no error of ours is nobody else's either.
        if (errc == std::errc{} && code != 0) return {code, *this};
        return std::make_error_condition(errc);
    }
};

/// One object, because a category is its address. It holds nothing.
inline const std::error_category& error_category() noexcept {
    static const error_category_type category;
    return category;
}

inline std::error_code make_error_code(error e) noexcept { return {static_cast<int>(e), error_category()}; }

}  // namespace sluice
