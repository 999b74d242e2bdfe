// SPDX-License-Identifier: MIT
#pragma once
// Brings a simulated call to a FastAGI server that is a process of its own.

#include "../connection.hpp"
#include "catch.hpp"
#include <agi/testing/simulated_stream.hpp>
#include <agi/wire/error.hpp>

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>

/// TLS as stunnel does it on Asterisk's side, with what examples/fastagi_certificates has made.
class TlsClient {
  public:
    explicit TlsClient(const std::string& folder) {
        SSL_CTX* const tls = context_.get();
        REQUIRE(SSL_CTX_load_verify_locations(tls, (folder + "/authority.pem").c_str(), nullptr));
        REQUIRE(SSL_CTX_use_certificate_chain_file(tls, (folder + "/asterisk.pem").c_str()));
        REQUIRE(
            SSL_CTX_use_PrivateKey_file(tls, (folder + "/asterisk.key").c_str(), SSL_FILETYPE_PEM));
        SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, nullptr);
        before_ = std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    }
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;
    ~TlsClient() { std::signal(SIGPIPE, before_); }

    [[nodiscard]] SSL_CTX* context() const { return context_.get(); }

  private:
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_client_method()),
                                                               &SSL_CTX_free};
    void (*before_)(int) = SIG_DFL;
};

/// Asterisk's end of a connection to a server. A server that says nothing for ten seconds hangs.
class AsteriskEnd {
  public:
    explicit AsteriskEnd(int port, SSL_CTX* tls = nullptr) : connection_{port} {
        const timeval patience{10, 0};
        REQUIRE(::setsockopt(fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
        if (tls == nullptr) return;
        tls_.reset(SSL_new(tls));
        REQUIRE(SSL_set_fd(tls_.get(), fd()) == 1);
        REQUIRE(SSL_connect(tls_.get()) == 1);
    }

    /// False at the end. @throws std::runtime_error  the server hangs
    bool read_line(std::string& line) {
        line.clear();
        for (char byte = 0; receive(byte); line += byte) {
            if (byte == '\n') return true;
        }
        return false;
    }

    /// A server that has closed already misses it, as in Asterisk.
    void write_line(const std::string& line) {
        const std::string text = line + '\n';
        const auto size = text.size();
        if (tls_) {
            SSL_write(tls_.get(), text.data(), static_cast<int>(size));
        } else {
            ::send(fd(), text.data(), size, MSG_NOSIGNAL);
        }
    }

    /// Says no more, not even goodbye, and waits until the server has closed.
    void fall_silent() {
        ::shutdown(fd(), SHUT_WR);
        tls_.reset();
        for (char byte = 0; receive(byte);) {
        }
    }

    /// The server finds that the connection is no more.
    void reset() const {
        const linger at_once{1, 0};
        ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }

  private:
    [[nodiscard]] int fd() const { return connection_.fd(); }

    bool receive(char& byte) {
        errno = 0;
        const auto size = tls_ ? SSL_read(tls_.get(), &byte, 1) : ::recv(fd(), &byte, 1, 0);
        if (size == 1) return true;
        if (errno == EAGAIN) throw std::runtime_error{"the server hangs"};
        return false;
    }

    Connection connection_;
    std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, &SSL_free};
};

/// The script of a rehearsal that a server has: carries the lines of the call to it and back.
struct Bridge {
    int port = 0;
    SSL_CTX* tls = nullptr;
    /// A sound that plays until the server's next command, as the server measures real time.
    std::string endless{};

    template <class Session>
    void operator()(Session& session) const {
        auto& stream = session.stream();
        AsteriskEnd server{port, tls};
        server.write_line(std::string{session.environment().raw()});
        std::string line;
        while (server.read_line(line)) {
            try {
                stream.write_line(line);
            } catch (const agi::AGISIGPIPEHangup&) {
                return server.fall_silent();
            }
            agi::testing::Asterisk& asterisk = stream.asterisk();
            const bool plays_on = !endless.empty() && line.find(endless) != std::string::npos;
            while (!plays_on || !asterisk.can_be_stopped()) {
                const auto reply = asterisk.next_line();
                if (!reply) break;
                server.write_line(*reply);
            }
            if (asterisk.closed()) return server.reset();
        }
    }
};
