// SPDX-License-Identifier: MIT
// The manager client on a real Asterisk: logins, TLS, a reload, a restart.

#include "catch.hpp"
#include "live_source.hpp"
#include "own_asterisk.hpp"
#include <agi/ami/client.hpp>
#include <agi/ami/tls.hpp>

#include <future>
#include <memory>
#include <mutex>

using namespace std::chrono_literals;
using live::Asterisk;
using live::OwnAsterisk;
namespace ami = agi::ami;

namespace {

/// A client in a thread, and what it has said.
class ClientThread {
  public:
    explicit ClientThread(ami::ClientOptions options)
        : client_{context_, with_log(std::move(options))} {
        client_.on_login([this](bool) { ++logins_; });
        client_.start();
        thread_ = std::thread{[this] { context_.run(); }};
    }
    ClientThread(const ClientThread&) = delete;
    ClientThread& operator=(const ClientThread&) = delete;
    ~ClientThread() {
        client_.post([this] { client_.stop(); });
        thread_.join();
    }
    ami::Response send(const ami::Action& action) {
        auto promise = std::make_shared<std::promise<ami::Response>>();
        client_.post([this, action, promise] {
            client_.send(action, [promise](const ami::Response& r) { promise->set_value(r); });
        });
        return promise->get_future().get();
    }
    [[nodiscard]] int logins() const { return logins_; }
    [[nodiscard]] std::string log() {
        const std::lock_guard<std::mutex> lock{mutex_};
        return log_;
    }
    bool logged(const std::string& text) {
        return soon([&] { return log().find(text) != std::string::npos; });
    }
    template <class Condition>
    static bool soon(const Condition& condition) {
        for (int i = 0; i < 4000; ++i) {
            if (condition()) return true;
            std::this_thread::sleep_for(5ms);
        }
        return false;
    }

  private:
    ami::ClientOptions with_log(ami::ClientOptions options) {
        options.log = [this](agi::fastagi::Severity, std::string_view text) {
            const std::lock_guard<std::mutex> lock{mutex_};
            log_.append(text).append(1, '\n');
        };
        return options;
    }
    std::mutex mutex_;
    std::string log_;
    std::atomic<int> logins_{0};
    agi::wire::net::io_context context_{1};
    ami::Client client_;
    std::thread thread_;
};

ami::ClientOptions client_options() { return live::source_options().ami; }

bool logs_in(ClientThread& client) {
    return ClientThread::soon([&] { return client.logins() == 1; });
}

}  // namespace

TEST_CASE("ami::Client: by a challenge and with the secret itself, and what it may do") {
    ami::ClientOptions options = client_options();
    options.plain = GENERATE(false, true);
    ClientThread client{options};
    REQUIRE(logs_in(client));
    CHECK(client.send(ami::Action{"Ping"}).success());
    // The user may not run console commands.
    const auto denied = client.send(ami::Action{"Command"}.set("Command", "core show version"));
    CHECK_FALSE(denied.success());
    CHECK(denied.text() == "Permission denied");
    const auto channels = client.send(ami::Action{"Status"});
    CHECK(channels.success());
}

TEST_CASE("ami::Client: console output, as all lines of it") {
    ami::ClientOptions options = client_options();
    options.user = options.secret = "test";
    ClientThread client{options};
    REQUIRE(logs_in(client));
    const auto shown = client.send(ami::Action{"Command"}.set("Command", "core show uptime"));
    CHECK(shown.message.output().find("System uptime:") != std::string::npos);
}

TEST_CASE("ami::Client: a wrong secret, a user who is there already") {
    ami::ClientOptions options = client_options();
    options.first_pause = options.last_pause = 10min;
    options.secret = "wrong";
    ClientThread client{options};
    CHECK(client.logged("login refused: Authentication failed"));
    CHECK(client.logins() == 0);
    options.user = options.secret = "single";
    ClientThread one{options};
    REQUIRE(logs_in(one));
    ClientThread other{options};
    CHECK(other.logged("login refused: "));
    CHECK(other.logins() == 0);
}

TEST_CASE("ami::Client: over TLS, with the certificate verified") {
    const std::string ca = Asterisk::get().setting("AMI_CA");
    if (ca.empty()) {
        WARN("SKIPPED: no openssl to make a certificate with");
        return;
    }
    ami::ClientOptions options = client_options();
    options.port = static_cast<std::uint16_t>(std::stoi(Asterisk::get().setting("AMI_TLS_PORT")));
    options.plain = true;
    options.transport = ami::tls({ca});
    {
        ClientThread client{options};
        REQUIRE(logs_in(client));
        CHECK(client.send(ami::Action{"Ping"}).success());
    }
    options.host = "localhost";
    {
        ClientThread client{options};
        CHECK(logs_in(client));
    }
    // Another authority; another name.
    options.first_pause = options.last_pause = 10min;
    options.transport = ami::tls();
    {
        ClientThread client{options};
        CHECK(client.logged("TLS: certificate verify failed: self"));
    }
    options.transport = ami::tls({ca, "pbx.example.net"});
    ClientThread client{options};
    CHECK(client.logged("TLS: certificate verify failed: hostname mismatch"));
    CHECK(client.logins() == 0);
}

TEST_CASE("ami::Client: stays over a reload, and comes back after a restart") {
    const OwnAsterisk own{"own"};
    ami::ClientOptions options = client_options();
    options.port = own.ami_port();
    options.last_pause = 200ms;
    ClientThread client{options};
    REQUIRE(logs_in(client));
    own.console("manager reload");
    own.console("core reload");
    CHECK(client.send(ami::Action{"Ping"}).success());
    CHECK(client.logins() == 1);
    own.kill();
    CHECK(ClientThread::soon([&] { return client.send(ami::Action{"Ping"}).lost; }));
    own.come_back();
    CHECK(ClientThread::soon([&] { return client.logins() == 2; }));
    CHECK(client.send(ami::Action{"Ping"}).success());
}
