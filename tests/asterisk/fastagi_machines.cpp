// SPDX-License-Identifier: MIT
// Two servers for one Asterisk: behind HAProxy, and behind SRV records. One of them is taken out of
// duty, or dies, while calls run.

#include "../server_process.hpp"
#include "batch.hpp"
#include "catch.hpp"
#include "dns_server.hpp"
#include "live_server.hpp"
#include "tools.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <memory>
#include <vector>

using namespace live;
using namespace std::chrono_literals;

namespace {

// The example, on free ports.
class Machine {
  public:
    Machine()
        : process_{{AGI_FASTAGI_SERVER, "0", "0"}}, metrics_{process_.port("metrics on port ")} {}

    [[nodiscard]] int port() const { return process_.port(); }
    ServerProcess& process() { return process_; }

    // The calls that it has now.
    [[nodiscard]] int active() const { return counter("fastagi_calls_active"); }
    // As its page for Prometheus says.
    [[nodiscard]] int counter(const std::string& name) const {
        const Connection scrape{metrics_};
        scrape.send("GET /metrics HTTP/1.0\r\n\r\n");
        const std::string page = scrape.read();
        return std::stoi(page.substr(page.find('\n' + name + ' ') + name.size() + 2));
    }

  private:
    ServerProcess process_;
    int metrics_;
};

// Calls to the menu that wait for a key.
class WaitingCalls {
  public:
    explicit WaitingCalls(std::string agi) : agi_{std::move(agi)} {}

    void add(int count) {
        for (int i = 0; i < count; ++i) {
            calls_.push_back(std::make_unique<Call>(going_on(agi_)));
            calls_.back()->wait_for_command("GET DATA");
        }
    }
    // Each caller chooses the greeting, and each call gets to its end.
    void finish() {
        for (const auto& call : calls_) call->press("1");
        for (const auto& call : calls_) {
            CHECK(call->wait_for_variable("WENT_ON") == "SUCCESS/");
            CHECK(call->variable("MENU") == "greeted");
        }
        calls_.clear();
    }
    // How many have been ended by the death of their server. Of these the dialplan only knows that
    // the last thing that a handler does was not done.
    int drop_ended() {
        int ended = 0;
        for (auto call = calls_.begin(); call != calls_.end();) {
            const std::string went_on = (*call)->variable("WENT_ON");
            if (went_on == "(not set)") {
                ++call;
                continue;
            }
            CHECK(went_on == "SUCCESS/");
            CHECK((*call)->variable("MENU") == "(not set)");
            ++ended;
            call = calls_.erase(call);
        }
        return ended;
    }

  private:
    std::string agi_;
    std::vector<std::unique_ptr<Call>> calls_;
};

// The first of two gets SIGTERM while it has calls.
void drain_by_signal(const std::string& agi, Machine& first, const Machine& second) {
    WaitingCalls calls{agi};
    calls.add(4);
    const int of_first = first.active();
    REQUIRE(of_first > 0);
    const int of_second = second.active();

    first.process().send(SIGTERM);
    first.process().says("stopping: " + std::to_string(of_first) + " calls run");
    calls.add(6);
    CHECK(second.active() == of_second + 6);
    calls.finish();
    CHECK(first.process().wait() == 0);
    CHECK(second.active() == 0);
}

// The first of two is killed while it has calls.
void kill_first(const std::string& agi, Machine& first, const Machine& second) {
    WaitingCalls calls{agi};
    calls.add(4);
    const int of_first = first.active();
    REQUIRE(of_first > 0);
    const int of_second = second.active();

    first.process().send(SIGKILL);
    int ended = 0;
    CHECK(soon([&] {
        Asterisk::get().ami().action("Ping");  // reads the events
        ended += calls.drop_ended();
        return ended == of_first;
    }));
    calls.add(4);
    CHECK(second.active() == of_second + 4);
    calls.finish();
}

// HAProxy with the configuration of the examples.
class Proxy {
  public:
    Proxy(const Machine& first, const Machine& second)
        : port_{free_port()},
          admin_{Asterisk::get().setting("AST_DIR") + "/haproxy.sock"},
          process_{{haproxy, "-db", "-f",
                    Configuration{"haproxy.cfg"}
                        .replace("/run/haproxy/admin.sock", admin_)
                        .replace("127.0.0.1:4573", "127.0.0.1:" + std::to_string(port_))
                        .replace("10.0.0.11:4573", "127.0.0.1:" + std::to_string(first.port()))
                        .replace("10.0.0.12:4573", "127.0.0.1:" + std::to_string(second.port()))
                        .write()}} {
        REQUIRE(soon([&] { return accepts(); }));
    }

    [[nodiscard]] std::string url() const {
        return "agi://127.0.0.1:" + std::to_string(port_) + "/menu";
    }
    // A command on its admin socket, and what it says.
    std::string admin(const std::string& command) const {
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        admin_.copy(address.sun_path, sizeof address.sun_path - 1);
        std::string answer;
        const std::string line = command + '\n';
        if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
            ::send(fd, line.data(), line.size(), MSG_NOSIGNAL) > 0) {
            char byte = 0;
            while (::recv(fd, &byte, 1, 0) == 1) answer += byte;
        }
        ::close(fd);
        return answer;
    }
    // What it thinks of a server: UP, DOWN, DRAIN...
    [[nodiscard]] std::string state(const std::string& server) const {
        const std::string table = admin("show stat");
        auto at = table.find("\nfastagi," + server + ',');
        for (int column = 0; column < 17 && at != std::string::npos; ++column) {
            at = table.find(',', at + 1);
        }
        return at == std::string::npos ? "?"
                                       : table.substr(at + 1, table.find(',', at + 1) - at - 1);
    }

    static constexpr const char* haproxy = "/usr/sbin/haproxy";

  private:
    [[nodiscard]] bool accepts() const {
        try {
            const Connection connection{port_};
            return true;
        } catch (const std::system_error&) {
            return false;
        }
    }

    int port_;
    std::string admin_;
    ServerProcess process_;
};

// Only root can give Asterisk a resolver of its own.
bool lacks_nameserver() {
    return Asterisk::get().setting("AST_NAMESERVER").empty() &&
           skipped("no resolver of its own for Asterisk: asterisk-up needs root and unshare -m");
}

std::vector<SrvRecord> records(const Machine& first, const Machine& second,
                               std::uint16_t priority_of_second = 20) {
    return {
        {10, 50, static_cast<std::uint16_t>(first.port()), "one.fastagi.test"},
        {priority_of_second, 50, static_cast<std::uint16_t>(second.port()), "two.fastagi.test"}};
}

}  // namespace

TEST_CASE("HAProxy: a server that stops loses no call") {
    if (lacks(Proxy::haproxy, "haproxy")) return;
    Machine first;
    const Machine second;
    const Proxy proxy{first, second};
    drain_by_signal(proxy.url(), first, second);
    CHECK(soon([&] { return proxy.state("one") == "DOWN"; }));
}

TEST_CASE("HAProxy: a health check is no call and no error") {
    if (lacks(Proxy::haproxy, "haproxy")) return;
    Machine first;
    const Machine second;
    const Proxy proxy{first, second};
    CHECK(soon([&] { return first.counter("fastagi_checks_total") > 1; }));
    // Those of others may open and close:
    { const Connection check{first.port()}; }
    CHECK(soon([&] { return first.counter("fastagi_no_calls_total") > 0; }));
    CHECK(soon([&] { return proxy.state("one") == "UP"; }));
    CHECK(first.counter("fastagi_calls_total") == 0);
    first.process().send(SIGTERM);
    CHECK(first.process().wait() == 0);
    CHECK(first.process().log().find("closed") == std::string::npos);
}

TEST_CASE("HAProxy: a server that is drained on its admin socket loses no call") {
    if (lacks(Proxy::haproxy, "haproxy")) return;
    const Machine first;
    const Machine second;
    const Proxy proxy{first, second};
    WaitingCalls calls{proxy.url()};
    calls.add(4);
    const int of_first = first.active();
    REQUIRE(of_first > 0);
    proxy.admin("set server fastagi/one state drain");
    CHECK(proxy.state("one") == "DRAIN");
    calls.add(4);
    CHECK(first.active() == of_first);
    calls.finish();

    proxy.admin("set server fastagi/one state ready");
    CHECK(soon([&] { return proxy.state("one") == "UP"; }));
    calls.add(2);
    CHECK(first.active() > 0);
    calls.finish();
}

TEST_CASE("HAProxy: the calls of a server that is killed go on, new ones reach the other") {
    if (lacks(Proxy::haproxy, "haproxy")) return;
    Machine first;
    const Machine second;
    const Proxy proxy{first, second};
    kill_first(proxy.url(), first, second);
    CHECK(soon([&] { return proxy.state("one") == "DOWN"; }));
}

TEST_CASE("HAProxy: no server is left, and the dialplan cannot see it in AGISTATUS") {
    if (lacks(Proxy::haproxy, "haproxy")) return;
    Machine first;
    Machine second;
    const Proxy proxy{first, second};
    for (Machine* machine : {&first, &second}) machine->process().send(SIGKILL);
    Call call{going_on(proxy.url())};
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
    CHECK(call.variable("MENU") == "(not set)");
}

TEST_CASE("SRV records: equal ones share the calls if the DNS server rotates its answers") {
    if (lacks_nameserver()) return;
    const Machine first;
    const Machine second;
    for (const Order order : {Order::kept, Order::rotating}) {
        const DnsServer dns{Asterisk::get().setting("AST_NAMESERVER"), records(first, second, 10),
                            order};
        WaitingCalls calls{"hagi://calls.fastagi.test/menu"};
        calls.add(6);
        // Asterisk draws a number, but as it compares it, the first of equals always wins.
        CHECK(first.active() == (order == Order::kept ? 6 : 3));
        CHECK(second.active() == (order == Order::kept ? 0 : 3));
        calls.finish();
    }
}

TEST_CASE("SRV records: not asked for where the URL has a port") {
    if (lacks_nameserver()) return;
    const Machine first;
    const Machine second;
    const DnsServer dns{Asterisk::get().setting("AST_NAMESERVER"), records(first, second)};
    WaitingCalls calls{"hagi://one.fastagi.test:" + std::to_string(second.port()) + "/menu"};
    calls.add(1);
    CHECK(second.active() == 1);
    CHECK(dns.questions() == 0);
    calls.finish();
}

TEST_CASE("SRV records: a server that stops loses no call") {
    if (lacks_nameserver()) return;
    Machine first;
    const Machine second;
    const DnsServer dns{Asterisk::get().setting("AST_NAMESERVER"), records(first, second)};
    drain_by_signal("hagi://calls.fastagi.test/menu", first, second);
    CHECK(dns.questions() >= 10);
}

TEST_CASE("SRV records: the calls of a server that is killed go on, new ones reach the other") {
    if (lacks_nameserver()) return;
    Machine first;
    const Machine second;
    const DnsServer dns{Asterisk::get().setting("AST_NAMESERVER"), records(first, second)};
    kill_first("hagi://calls.fastagi.test/menu", first, second);
}

TEST_CASE("SRV records: no server, or no record, is a failure") {
    if (lacks_nameserver()) return;
    Machine first;
    Machine second;
    const DnsServer dns{Asterisk::get().setting("AST_NAMESERVER"), records(first, second)};
    for (Machine* machine : {&first, &second}) {
        machine->process().send(SIGKILL);
        machine->process().wait();
    }
    Call call{going_on("hagi://calls.fastagi.test/menu")};
    CHECK(call.wait_for_variable("WENT_ON") == "FAILURE/");
}
