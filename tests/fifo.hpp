// SPDX-License-Identifier: MIT
#pragma once
// Holds children up: who opens it to write goes on when the test reads, and not before.

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

class Fifo {
  public:
    explicit Fifo(std::string path) : path_{std::move(path)} {
        if (::mkfifo(path_.c_str(), 0666) != 0) {
            throw std::system_error{errno, std::generic_category(), path_};
        }
    }
    Fifo(const Fifo&) = delete;
    Fifo& operator=(const Fifo&) = delete;
    /// A child that still waits is let go.
    ~Fifo() {
        const int fd = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        ::unlink(path_.c_str());
        if (fd >= 0) ::close(fd);
    }

    [[nodiscard]] const std::string& path() const { return path_; }

    /// What the child writes, once it is let go.
    [[nodiscard]] std::string read() const {
        const int fd = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        std::string text;
        pollfd readable{fd, POLLIN, 0};
        while (::poll(&readable, 1, 20000) > 0) {
            char bytes[256];
            const ssize_t size = ::read(fd, bytes, sizeof bytes);
            if (size <= 0) break;
            text.append(bytes, static_cast<std::size_t>(size));
        }
        if (fd >= 0) ::close(fd);
        return text;
    }

  private:
    std::string path_;
};
