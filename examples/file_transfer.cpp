// SPDX-License-Identifier: MIT
// file_transfer [file]: sends a file, or three mebioctets made for it, through a simulated network that loses packets;
// the receiver reads them where they lie, and answers with their checksum. On a terminal it shows how far it is.
// g++ -std=c++20 -O2 -Iinclude examples/file_transfer.cpp -o file_transfer && ./file_transfer
#include <sluice/sluice.hpp>

#include <cstdio>
#include <string>
#include <vector>

#include <unistd.h>

using namespace sluice;
using my_tcp = tcp<growable_buffers>;

/// FNV-1a, 64 bits: each octet changes all that follows.
struct checksum {
    std::uint64_t value = 0xcbf29ce484222325;
    void add(octets some) {
        for (const octet each : some) value = (value ^ each) * 0x100000001b3;
    }
};

class progress_bar {
public:
    explicit progress_bar(std::size_t whole) : whole_(whole), is_shown_(isatty(STDERR_FILENO) == 1) {}
    ~progress_bar() {
        if (is_shown_) std::fputc('\n', stderr);
    }
    void show(std::size_t done) {
        const int percent = whole_ == 0 ? 100 : static_cast<int>(done * 100 / whole_);
        if (!is_shown_ || percent == percent_) return;
        percent_ = percent;
        static const std::string full(50, '#');
        std::fprintf(stderr, "\r[%-50.*s] %3d %%", percent / 2, full.c_str(), percent);
    }

private:
    std::size_t whole_;
    bool is_shown_;
    int percent_ = -1;
};

task<> receive(host<my_tcp>& at, std::size_t expected) {
    tcp_listener listener(at);
    if (!listener.listen({.address = {}, .port = 2121})) co_return;
    auto accepted = co_await listener.accept();
    if (!accepted) co_return;
    tcp_socket<my_tcp> peer = *std::move(accepted);
    progress_bar bar(expected);
    checksum sum;
    for (std::size_t received = 0;;) {
        const auto some = co_await peer.peek();
        if (!some) co_return;
        if ((*some).empty()) break;
        sum.add(*some);
        bar.show(received += (*some).size());
        if (!peer.consume((*some).size())) co_return;
    }
    std::array<octet, 8> answer;
    for (std::size_t i = 0; i < 8; ++i) answer[i] = static_cast<octet>(sum.value >> 8 * i);
    const auto sent = co_await peer.send(answer);
    if (!sent) std::printf("no answer: %s\n", text(sent.error()));
}

/// The receiver's checksum.
task<result<std::uint64_t>> send(host<my_tcp>& at, socket_address to, octets file) {
    tcp_socket socket(at);
    if (const auto done = co_await socket.connect(to); !done) co_return done.error();
    if (const auto done = co_await socket.send(file); !done) co_return done.error();
    if (const auto done = socket.shutdown(); !done) co_return done.error();
    std::array<octet, 8> answer{};
    for (std::size_t length = 0; length < 8;) {
        const auto got = co_await socket.recv(mutable_octets(answer).subspan(length));
        if (!got) co_return got.error();
        if (*got == 0) co_return error::closing;
        length += *got;
    }
    co_return load_le64(answer.data());
}

std::vector<octet> read_file(const char* name) {
    std::vector<octet> out;
    if (std::FILE* const file = std::fopen(name, "rb")) {
        for (int c; (c = std::fgetc(file)) != EOF;) out.push_back(static_cast<octet>(c));
        std::fclose(file);
    }
    return out;
}

std::vector<octet> make_file() {
    std::vector<octet> out(3 << 20);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = sim::pattern(i, 0);
    return out;
}

int main(int argc, char** argv) {
    const std::vector<octet> file = argc > 1 ? read_file(argv[1]) : make_file();
    if (file.empty()) {
        std::fprintf(stderr, "nothing to read in %s\n", argv[1]);
        return 2;
    }
    checksum expected;
    expected.add(file);

    sim::network world({.seed = 1});
    auto &sender = sim::add_programs<my_tcp>(world), &receiver = sim::add_programs<my_tcp>(world);
    world.join(sender.node, receiver.node, {.rate = 50'000'000, .delay = 15ms, .queue_packets = 100, .loss = 0.001});
    result<std::uint64_t> answer = error::would_block;
    const auto program = [&]() -> task<> {
        answer = co_await send(sender.endpoint, {receiver.address.address, 2121}, file);
        std::printf("%zu octets in %.2f s of virtual time\n", file.size(),
                    std::chrono::duration<double>(sender.endpoint.now().time_since_epoch()).count());
    };
    if (!receiver.endpoint.spawn(receive(receiver.endpoint, file.size()))) return 1;
    if (!sender.endpoint.spawn(program())) return 1;
    world.finish();
    world.run();
    const bool is_good = answer && *answer == expected.value;
    std::printf("checksum %016llx sent, %016llx received: %s\n", static_cast<unsigned long long>(expected.value),
                static_cast<unsigned long long>(answer.value_or(0)), is_good ? "the same" : text(answer.error()));
    return is_good ? 0 : 1;
}
