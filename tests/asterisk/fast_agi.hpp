// SPDX-License-Identifier: MIT
#pragma once
// The other end of FastAGI: a socket that Asterisk connects to.

#include "../connection.hpp"
#include "call.hpp"
#include <agi/agi.hpp>
#include <agi/stream/fd_stream.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace live {

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_{fd} {
        if (fd < 0) throw std::system_error{errno, std::generic_category(), "FastAGI"};
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(fd_); }

    [[nodiscard]] int get() const { return fd_; }
    /// @throws std::runtime_error  nothing came in time
    void wait() const {
        pollfd readable{fd_, POLLIN, 0};
        if (::poll(&readable, 1, 10000) != 1) throw std::runtime_error{"FastAGI: nothing comes"};
    }

  private:
    int fd_;
};

/// A call whose program is the test itself.
class FastAgiCall {
  public:
    explicit FastAgiCall(const std::string& script = {}, Setup setup = {})
        : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)},
          call_{with_url(listener_.get(), script, std::move(setup))},
          connection_{accepted(listener_)},
          session_{agi::FdStream{connection_.get()}} {}

    [[nodiscard]] Call& call() { return call_; }
    [[nodiscard]] agi::Session<agi::FdStream>& session() { return session_; }

    /// Waits until Asterisk has sent something.
    void wait() const { connection_.wait(); }

    /// Ends the program.
    void close() const { ::shutdown(connection_.get(), SHUT_RDWR); }

  private:
    static Setup with_url(int listener, const std::string& script, Setup setup) {
        setup.agi = "agi://127.0.0.1:" + std::to_string(listen_on_loopback(listener, 1)) + script;
        return setup;
    }
    static int accepted(const Descriptor& listener) {
        listener.wait();
        return ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC);
    }

    Descriptor listener_;
    Call call_;
    Descriptor connection_;
    agi::Session<agi::FdStream> session_;
};

}  // namespace live
