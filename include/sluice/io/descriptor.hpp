// SPDX-License-Identifier: MIT
//
// A file descriptor that is closed by its owner. It moves and doesn't copy.
#pragma once

#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace sluice::io {

class descriptor {
public:
    descriptor() = default;
    explicit descriptor(int number) : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        descriptor taken(std::move(other));
        std::swap(number_, taken.number_);
        return *this;
    }
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }

    explicit operator bool() const { return number_ >= 0; }
    int number() const { return number_; }

private:
    int number_ = -1;
};

}  // namespace sluice::io
