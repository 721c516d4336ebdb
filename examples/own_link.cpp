// SPDX-License-Identifier: MIT
// sluice in packets of your own: a packet_link, here from thread to thread in memory, where yours is a tunnel, a radio
// or a driver. Each thread has a host and a device that drives it: coroutines on one side, calls that block on the
// other. g++ -std=c++20 -O2 -pthread -Iinclude examples/own_link.cpp -o own_link && ./own_link
#include <sluice/sluice.hpp>

#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "usage.hpp"

using namespace sluice;
using my_tcp = tcp<reno>;
using clock_type = std::chrono::steady_clock;
using packet = std::vector<octet>;

/// One way of the cable.
struct one_way {
    std::mutex alone;
    std::condition_variable arrival;
    std::deque<packet> waiting;
};

/// All that is wanted of a link: five calls (host/packet_link.hpp).
class my_link {
public:
    my_link(one_way& in, one_way& out) : in_(in), out_(out) {}

    instant now() const { return instant(std::chrono::duration_cast<duration>(clock_type::now().time_since_epoch())); }
    link_capabilities capabilities() const { return {.mtu = 1400}; }
    std::size_t receive(std::span<rx_packet> room) {
        const std::lock_guard held(in_.alone);
        received_.clear();  // which the host had until now
        for (; received_.size() < room.size() && !in_.waiting.empty(); in_.waiting.pop_front())
            received_.push_back(std::move(in_.waiting.front()));
        for (std::size_t i = 0; i < received_.size(); ++i)
            room[i] = {.data = received_[i], .length = received_[i].size()};
        return received_.size();
    }
    std::size_t transmit(std::span<const tx_packet> packets) {
        const std::lock_guard held(out_.alone);
        for (const tx_packet& each : packets) {
            out_.waiting.emplace_back(each.length());
            write(each, out_.waiting.back());  // headers, borrowed payload and checksums, as octets
        }
        out_.arrival.notify_one();
        return packets.size();  // or less while there is no room: the others are kept, and come again
    }
    void wait(instant deadline) {
        std::unique_lock held(in_.alone);
        const auto has_come = [&] { return !in_.waiting.empty(); };
        if (deadline == never) return in_.arrival.wait(held, has_come);
        in_.arrival.wait_until(held, clock_type::time_point(deadline.time_since_epoch()), has_come);
    }

private:
    one_way &in_, &out_;
    std::vector<packet> received_;
};

constexpr auto client_address = ip_address::v4(10, 0, 0, 1), server_address = ip_address::v4(10, 0, 0, 2);

/// Nobody outside can guess ports and sequence numbers (RFC 6056, RFC 6528).
my_tcp::settings fresh() { return {.seed = std::random_device()()}; }

/// Listens to one who asks to the end, and answers.
task<> answer_one(host<my_tcp>& at) {
    tcp_listener listener(at);
    if (!listener.listen({.port = 80})) co_return;
    auto peer = co_await with_timeout(listener.accept(), 10s);
    if (!peer) co_return;
    std::string heard;
    std::array<octet, 1024> some;
    for (std::size_t length = 1; length > 0; heard += as_text(octets(some).first(length)))
        length = (co_await peer->recv(some)).value_or(0);
    const std::string answer = "You said: " + heard;
    const auto sent = co_await peer->send(as_octets(answer));
    if (!sent) std::printf("no answer: %s\n", text(sent.error()));
}

int main(int argc, char** argv) {
    words_for(argc, argv,
              "own_link\n"
              "Two hosts over a link of memory, in a thread each. There is nothing to choose.\n");
    one_way there, back;
    my_link far_link(there, back), near_link(back, there);
    host<my_tcp> far(fresh(), server_address), near(fresh(), client_address);
    device far_loop(far, far_link), near_loop(near, near_link);

    if (!far.spawn(answer_one(far))) return 1;
    far_loop.turn();  // it listens before anybody can ask
    std::thread other([&] { static_cast<void>(far_loop.run()); });

    std::string heard;
    error why{};
    {
        tcp_socket socket(near);
        why = near_loop.block_on(with_timeout(socket.connect({server_address, 80}), 5s)).error();
        if (why == error::none) why = near_loop.block_on(socket.send(as_octets("hello"))).error();
        if (why == error::none) why = socket.shutdown().error();
        std::array<octet, 1024> some;
        for (std::size_t length = 1; why == error::none && length > 0; heard += as_text(octets(some).first(length)))
            length = near_loop.block_on(socket.recv(some)).value_or(0);
    }
    const auto ended = near_loop.run();  // what the two ends have still to tell each other
    other.join();
    std::printf("%s\n", why == error::none ? heard.c_str() : text(why));
    return ended && heard == "You said: hello" ? 0 : 1;
}
