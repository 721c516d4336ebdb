// SPDX-License-Identifier: MIT
// What does it cost to open a connection and to close it, and does it cost more the more connections are alive, or in
// TIME-WAIT? Two stacks in one process, each packet as octets with checksums, from 64 addresses to one; the handshake,
// accept, a FIN each way, one connection at a time. And what does a SYN cost beyond the backlog, that is answered with
// a cookie?
#include "two_stacks.hpp"

#include <memory>

namespace {

using namespace sluice;
using bench::require;
using tcp_type = tcp<growable_buffers>;

struct surroundings {
    std::uint32_t alive = 0;
    std::uint32_t time_waits = 0;  // none: MSL is 0
};

class churn {
public:
    explicit churn(surroundings around) : around_(around), stacks_(settings(around)) {
        for (std::uint32_t i = 0; i < around_.alive; ++i) stacks_.open(i);
        run(around_.time_waits);
        require(parted() >= around_.time_waits, "TIME-WAIT is full");
    }

    /// Opens and closes so many.
    void run(std::size_t connections) {
        auto &client = stacks_.client, &server = stacks_.server;
        for (; connections > 0; --connections) {
            stacks_.now += 1us;
            const handle ours = stacks_.connect(next_);
            std::size_t packets = stacks_.settle();
            require(hears(server, news::acceptable, stacks_.listener), "somebody to accept");
            const auto theirs = server.accept(stacks_.listener, stacks_.now, next_);
            require(theirs && hears(server, news::connected, *theirs), "accept");
            require(hears(client, news::connected, ours) && bool(client.close(ours, stacks_.now)), "close");
            packets += stacks_.settle();
            require(hears(server, news::peer_closed, *theirs) && bool(server.close(*theirs, stacks_.now)),
                    "both close");
            packets += stacks_.settle();
            require(packets == 7, "SYN, SYN and ACK, ACK, FIN, ACK, FIN, ACK");
            ++next_;
        }
        // One socket more is there to unfold records in.
        require(client.variables().sockets.size() <= around_.alive + 1, "what is over at the client is gone");
        require(server.variables().sockets.size() <= around_.alive + 1, "what is over at the server is gone");
        require(parted() <= std::max(around_.time_waits, most_within_tick), "TIME-WAIT ends");
    }

private:
    /// With an MSL of 0, a record's time is over with the millisecond.
    static constexpr std::uint32_t most_within_tick = 2000;

    static tcp_type::settings settings(const surroundings& around) {
        tcp_type::settings s;
        s.limits.msl = around.time_waits == 0 ? 0s : 30s;
        if (around.time_waits > 0) s.limits.most_time_waits = around.time_waits;
        return s;
    }

    static bool hears(tcp_type::stack& stack, news what, handle whose) {
        const auto event = stack.poll_event();
        return event && event->what == what && event->socket == whose;
    }
    list_index parted() const { return stacks_.client.variables().time_waits.size(); }

    surroundings around_;
    bench::two_stacks<tcp_type, bench::format::checked> stacks_;
    std::uint64_t next_ = 0;
};

/// A listener whose backlog is full hears SYNs from ever new sockets.
class flood {
    static constexpr std::size_t sources = 4096;
    static constexpr socket_address service{ip_address::v4(10, 0, 1, 1), 80};
    struct packet {
        std::size_t length = 0;
        std::array<octet, 128> octets{};
    };

public:
    flood() : syns_(sources) {
        const auto listening = server_.listen(service, now_, {.backlog = 1});
        require(bool(listening), "listen");
        for (std::size_t i = 0; i < sources; ++i) syns_[i] = forge(i, {.sequence = seq(1), .flags = flag::syn});
        run(1);  // it fills the backlog
        run(1);
        require(server_.count().cookies_sent == 1, "a cookie");
        const seq cookie = tcp_header::read(octets(answer_).subspan(20)).sequence;
        arrives(forge(1, {.sequence = seq(2), .acknowledgment = cookie + 1, .flags = flag::ack}));
        require(bool(server_.accept(*listening, now_)), "a cookie is believed");
        next_ = 2;
    }

    void run(std::size_t syns) {
        for (; syns > 0; --syns) {
            now_ += 1us;
            arrives(syns_[next_ % sources]);
            require(server_.poll_transmit(now_, {&room_, 1}) == 1, "an answer");
            write(room_, answer_);
            const tcp_header answer = room_.header();
            require(answer.flags == (flag::syn | flag::ack) && answer.acknowledgment == seq(2), "SYN and ACK");
            next_ = next_ + 1 == sources ? 2 : next_ + 1;
        }
    }

private:
    static packet forge(std::size_t source, tcp_header header) {
        tx_packet p;
        p.meta = {.source = ip_address::v4(10, 0, 0, static_cast<octet>(source % 64)), .destination = service.address};
        header.source_port = static_cast<std::uint16_t>(1024 + source / 64);
        header.destination_port = service.port;
        header.window = 65535;
        tcp_options options{.timestamps = timestamps_option{.value = 1, .echo = 0}};
        if (header.flags.has(flag::syn)) {
            options.mss = 1460;
            options.window_scale = 7;
            options.sack_permitted = true;
        }
        write_headers_with(p, header, options);
        packet out;
        out.length = write(p, out.octets);
        return out;
    }
    void arrives(const packet& p) {
        server_.on_packet({.data = octets(p.octets).first(p.length), .length = p.length}, now_);
    }

    instant now_{1s};
    tcp_type::stack server_;
    std::vector<packet> syns_;
    tx_packet room_;
    std::array<octet, 128> answer_{};
    std::size_t next_ = 0;
};

bench::contestant churning(std::string name, surroundings around) {
    return {std::move(name), [around]() -> bench::work {
                auto pair = std::make_shared<churn>(around);
                pair->run(4096);
                return [pair](std::size_t connections) { pair->run(connections); };
            }};
}

void print(const std::string& name, const bench::result& r) {
    std::printf("%-58s %7.0f ns  %6.2f M/s  %5.2f x\n", name.c_str(), r.ns, 1e3 / r.ns, r.ratio);
}

}  // namespace

int main(int count, char** arguments) {
    bench::program program(count, arguments);
    std::puts("open and close, both ends");
    program.race({churning("16 alive, MSL 0", {.alive = 16}), churning("1,024 alive, MSL 0", {.alive = 1024}),
                  churning("1,000,000 alive, MSL 0", {.alive = 1'000'000}),
                  churning("16 alive, 10,000 in TIME-WAIT", {.alive = 16, .time_waits = 10'000}),
                  churning("16 alive, 1,000,000 in TIME-WAIT", {.alive = 16, .time_waits = 1'000'000}),
                  churning("1,000,000 alive, 1,000,000 in TIME-WAIT", {.alive = 1'000'000, .time_waits = 1'000'000})},
                 print);
    program.race({{"a SYN beyond the backlog, answered with a cookie",
                   []() -> bench::work {
                       auto server = std::make_shared<flood>();
                       return [server](std::size_t syns) { server->run(syns); };
                   }}},
                 print);
    return program.finish();
}
