// SPDX-License-Identifier: MIT
// Carries one file, and ends: `file_transfer --link … receive COPY` waits for it, reads the octets where they lie and
// answers with their checksum; `file_transfer --link … --peer B send FILE` sends and compares. netcat will do as the
// other side. Without --link: `file_transfer [FILE]`, or three mebioctets made for it, through a simulated network that
// loses packets. On a terminal the sender shows how far it is.
#include "on_a_link.hpp"

#include <memory>

#include <unistd.h>

namespace {

constexpr std::uint16_t usual_port = 2121;

/// FNV-1a, 64 bits: each octet changes all that follows.
struct checksum {
    std::uint64_t value = 0xcbf29ce484222325;
    void add(octets some) {
        for (const octet each : some) value = (value ^ each) * 0x100000001b3;
    }
    std::string text() const {
        std::array<char, 18> out;
        std::snprintf(out.data(), out.size(), "%016llx\n", static_cast<unsigned long long>(value));
        return out.data();
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

struct close_file {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using owned_file = std::unique_ptr<std::FILE, close_file>;

owned_file open_file(const std::string& name, const char* how) {
    owned_file out(std::fopen(name.c_str(), how));
    if (!out) refuse("can't open " + name);
    return out;
}
owned_file make_file() {
    owned_file out(std::tmpfile());
    if (!out) refuse("can't make a file");
    for (std::size_t i = 0; i < 3 << 20; ++i) std::fputc(sim::pattern(i, 0), out.get());
    return out;
}

/// One file from whoever comes first, written to `copy`; its checksum when all of it came and is written.
task<> receive(host<my_tcp>& at, std::uint16_t port, std::FILE* copy, std::string& received) {
    tcp_listener listener(at);
    if (!listener.listen({.address = {}, .port = port})) co_return;
    auto accepted = co_await listener.accept();
    if (!accepted) co_return;
    tcp_socket<my_tcp> peer = *std::move(accepted);
    checksum sum;
    while (true) {
        const auto some = co_await peer.peek();
        if (!some) co_return;
        if ((*some).empty()) break;
        sum.add(*some);
        if (std::fwrite((*some).data(), 1, (*some).size(), copy) != (*some).size()) co_return;
        if (!peer.consume((*some).size())) co_return;
    }
    if (std::fflush(copy) != 0) co_return;
    const std::string answer = sum.text();
    const auto sent = co_await peer.send(as_octets(answer));
    if (sent) received = answer;
}

/// What the receiver answers; empty: nothing, though it has acknowledged all.
task<result<std::string>> send(host<my_tcp>& at, socket_address to, std::FILE* file, checksum& sum) {
    tcp_socket socket(at);
    if (const auto done = co_await socket.connect(to); !done) co_return done.error();
    std::fseek(file, 0, SEEK_END);
    progress_bar bar(static_cast<std::size_t>(std::ftell(file)));
    std::rewind(file);
    std::vector<octet> some(64 << 10);
    std::size_t sent = 0;
    for (std::size_t length; (length = std::fread(some.data(), 1, some.size(), file)) > 0; bar.show(sent += length)) {
        sum.add(octets(some).first(length));
        if (const auto done = co_await socket.send(octets(some).first(length)); !done) co_return done.error();
    }
    if (const auto done = socket.shutdown(); !done) co_return done.error();
    std::string answer;
    while (true) {
        const auto got = co_await socket.recv(some);
        if (!got) co_return got.error();
        if (*got == 0) break;
        answer += as_text(octets(some).first(*got));
    }
    if (const auto done = co_await socket.drained(); !done) co_return done.error();
    co_return answer;
}

}  // namespace

int main(int argc, char** argv) {
    const arguments a = read_arguments(
        argc, argv,
        {.form = "file_transfer --link LINK [OPTIONS] receive COPY\n"
                 "file_transfer --link LINK --peer B [OPTIONS] send FILE\n"
                 "file_transfer [OPTIONS] [FILE]\n"
                 "Carries one file, compares checksums, and ends; without FILE it makes one of three mebioctets.\n",
         .port = std::to_string(usual_port)});
    const bool is_simulated = a.link == "sim";
    if (is_simulated ? a.rest.size() > 1 : a.rest.size() != 2 || (a.rest[0] != "send" && a.rest[0] != "receive"))
        refuse("with --link say send FILE or receive COPY; without, FILE or nothing");
    const std::uint16_t port = a.port.value_or(usual_port);
    const bool only_sends = !is_simulated && a.rest[0] == "send", only_receives = !is_simulated && !only_sends;
    if (only_sends && !a.peer) refuse("--peer B says to whom");

    const owned_file into = only_receives ? open_file(a.rest[1], "wb") : owned_file(std::tmpfile());
    std::string received;
    bool is_sent = false;
    const program_on receiver = [&](host<my_tcp>& at, ip_address) {
        return receive(at, port, into.get(), received);
    };
    if (only_receives) {
        if (run_on_real_link(a, receiver, role::is_called) != 0 || received.empty()) return 1;
        return std::printf("received\nchecksum %s", received.c_str()), 0;
    }

    const owned_file file = a.rest.empty() ? make_file() : open_file(a.rest.back(), "rb");
    const program_on sender = [&](host<my_tcp>& at, ip_address to) -> task<> {
        const instant begin = at.now();
        checksum sum;
        const auto answer = co_await send(at, {to, port}, file.get(), sum);
        is_sent = answer && (answer->empty() || *answer == sum.text());
        std::printf("%s in %.2f s%s\nchecksum %s",
                    !answer   ? text(answer.error())
                    : is_sent ? "sent"
                              : "other octets",
                    std::chrono::duration<double>(at.now() - begin).count(), is_simulated ? " of virtual time" : "",
                    sum.text().c_str());
    };
    if (only_sends) return run_on_real_link(a, sender, role::calls) == 0 && is_sent ? 0 : 1;
    return run_in_simulation(a, receiver, sender) == 0 && is_sent && !received.empty() ? 0 : 1;
}
