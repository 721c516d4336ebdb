// SPDX-License-Identifier: MIT
// adapters/asio/stream.hpp: what reading, writing and connecting answer, and when.
#include "two_hosts.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

using namespace lab;
namespace net = boost::asio;

TEST_CASE("a mebioctet arrives as it was written, and then eof") {
    connected c;
    const std::string words = text_of(1 << 20);
    std::string heard;
    error_code sent_code, heard_code;
    net::async_write(*c.near_stream, net::buffer(words), [&](error_code code, std::size_t) {
        sent_code = code;
        c.near_stream->shutdown(net::socket_base::shutdown_send);
    });
    net::async_read(*c.far_stream, net::dynamic_buffer(heard), [&](error_code code, std::size_t) { heard_code = code; });
    CHECK(c.run_until([&] { return bool(heard_code); }));
    CHECK(!sent_code);
    CHECK(heard_code == net::error::eof);
    CHECK(heard == words);
}
