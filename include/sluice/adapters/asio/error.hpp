// SPDX-License-Identifier: MIT
//
// sluice::error in the words of asio's sockets, which are errno's: `code == boost::asio::error::connection_reset` is
// what programs, Beast and ssl::stream ask, and that compares numbers of the system's category.
#pragma once

#include <boost/asio/error.hpp>

#include <sluice/host/error.hpp>

namespace sluice::asio {

inline boost::system::error_code to_code(error e) {
    return {static_cast<int>(to_errc(e)), boost::system::system_category()};
}

}  // namespace sluice::asio
