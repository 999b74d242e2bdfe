// SPDX-License-Identifier: MIT
// The client against a manager interface that the test plays: login, loss, return, silence.

#include "ami/fake_ami.hpp"
#include "catch.hpp"
#include <agi/ami/client.hpp>
#include <agi/ami/tls.hpp>

#include <atomic>
#include <future>
#include <mutex>
#include <string>
#include <thread>

using namespace ami_tests;
using namespace agi::ami;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Sends a Ping from the client's thread; its answer's text.
std::future<std::string> ping(RunningClient& running) {
    auto promise = std::make_shared<std::promise<std::string>>();
    running.client.post([&running, promise] {
        running.client.send(Action{"Ping"}, [promise](const Response& response) {
            promise->set_value(std::string{response.text()});
        });
    });
    return promise->get_future();
}

}  // namespace

TEST_CASE("Client: logs in, sends, gets answers and events, says goodbye by closing") {
    const FakeAmi ami;
    RunningClient running{ami.port()};
    std::promise<bool> again;
    std::promise<std::string> event;
    running.client.on_login([&](bool value) { again.set_value(value); });
    running.client.on_event([&](const Message& m) { event.set_value(std::string{m.event()}); });
    running.start();
    Manager manager = ami.accept();
    manager.send("Asterisk Call Manager/11.0.0\r\n");
    CHECK(manager.answer("Success", "Challenge: 42\r\n") ==
          "Action: Challenge|AuthType: MD5|ActionID: agi-1");
    CHECK(manager.answer() == "Action: Login|AuthType: MD5|Key: " + md5_hex("42pass-word") +
                                  "|Username: ivr|Events: on|ActionID: agi-2");
    CHECK_FALSE(again.get_future().get());
    auto pong = ping(running);
    CHECK(manager.answer("Success", "Message: Pong\r\n") == "Action: Ping|ActionID: agi-3");
    CHECK(pong.get() == "Pong");
    manager.send("Event: FullyBooted\r\n\r\n");
    CHECK(event.get_future().get() == "FullyBooted");
    running.stop();
    CHECK(manager.action() == "(closed)");
}

TEST_CASE("Client: what is sent in one task leaves in one write") {
    const FakeAmi ami;
    std::mutex mutex;
    std::vector<std::string> writes;
    ClientOptions options;
    options.trace = [&](agi::Direction direction, std::string_view text) {
        const std::lock_guard<std::mutex> lock{mutex};
        if (direction == agi::Direction::sent) writes.emplace_back(text);
    };
    RunningClient traced{ami.port(), options};
    traced.start();
    Manager manager = ami.accept();
    manager.log_in();
    CHECK(eventually([&] { return traced.logged("logged in") == 1; }));
    traced.client.post([&] {
        traced.client.send(Action{"A"});
        traced.client.send(Action{"B"});
    });
    CHECK(manager.action() == "Action: A|ActionID: agi-3");
    CHECK(manager.action() == "Action: B|ActionID: agi-4");
    const std::lock_guard<std::mutex> lock{mutex};
    CHECK(short_ids(writes.back()) ==
          "Action: A\r\nActionID: agi-3\r\n\r\nAction: B\r\nActionID: agi-4\r\n\r\n");
    // The trace shows no secret, nor what could be one.
    for (const std::string& text : writes) {
        CHECK(text.find("pass-word") == std::string::npos);
        CHECK(text.find(md5_hex("1pass-word")) == std::string::npos);
    }
    CHECK_THAT(writes[1], ContainsSubstring("Key: ***\r\n"));
}

TEST_CASE("Client: a login that came in time counts, however late the loop reads it") {
    // A machine that is too slow for one time gets another one.
    for (auto time = 200ms;; time *= 2) {
        const FakeAmi ami;
        ClientOptions options;
        options.connect_time = time;
        std::promise<void> stands;
        std::promise<void> goes_on;
        RunningClient running{ami.port(), options};
        const auto begin = std::chrono::steady_clock::now();
        running.start();
        Manager manager = ami.accept();
        manager.send("Asterisk Call Manager/11.0.0\r\n");
        const std::string challenge = manager.action();
        if (challenge.front() == '(') continue;
        running.client.post([&] {
            stands.set_value();
            goes_on.get_future().wait();
        });
        stands.get_future().wait();
        manager.send("Response: Success\r\nActionID: " + Manager::id_of(challenge) +
                     "\r\nChallenge: 1\r\n\r\nResponse: Success\r\nActionID: agi-2\r\n\r\n");
        const bool in_time = std::chrono::steady_clock::now() - begin < time;
        std::this_thread::sleep_until(begin + 2 * time);
        goes_on.set_value();
        if (!in_time) continue;
        CHECK(eventually([&] { return running.logged("logged in") == 1; }));
        manager.action();  // the login
        auto pong = ping(running);
        manager.answer("Success", "Message: Pong\r\n");
        CHECK(pong.get() == "Pong");
        CHECK(running.logged("no login in time") == 0);
        return;
    }
}

TEST_CASE("Client: without a time for it, silence is not asked about") {
    // A machine that is too slow for one time gets another one.
    for (auto time = 100ms;; time *= 2) {
        const FakeAmi ami;
        ClientOptions options;
        options.keep_alive = 0ms;
        options.connect_time = time;
        RunningClient running{ami.port(), options};
        running.start();
        Manager manager = ami.accept();
        if (!manager.log_in() || !eventually([&] {
                return running.logged("logged in") + running.logged("no login in time") > 0;
            })) {
            continue;
        }
        if (running.logged("no login in time") > 0) continue;
        std::this_thread::sleep_for(2 * time);
        auto pong = ping(running);
        CHECK(manager.answer("Success", "Message: Pong\r\n") == "Action: Ping|ActionID: agi-3");
        CHECK(pong.get() == "Pong");
        return;
    }
}

TEST_CASE("Client: attempts to connect become fewer, also from a first pause of 0 on") {
    std::uint16_t port = 0;
    {
        const FakeAmi nobody;
        port = nobody.port();
    }
    agi::wire::net::io_context context;
    std::size_t attempts = 0;
    ClientOptions options;
    options.port = port;
    options.first_pause = 0ms;
    options.last_pause = 10min;
    options.log = [&](agi::fastagi::Severity, std::string_view) { ++attempts; };
    Client client{context, options};
    client.start();
    context.run_for(100ms);
    CHECK(attempts >= 1);
    CHECK(attempts < 20);  // of 1 ms, 2 ms, 4 ms...
}

TEST_CASE("Client: a lost connection fails what has no answer, and is made again") {
    const FakeAmi ami;
    RunningClient running{ami.port()};
    std::atomic<int> lost{0};
    std::atomic<int> logins{0};
    running.client.on_lost([&] { ++lost; });
    running.client.on_login([&](bool again) {
        CHECK(again == (logins > 0));
        ++logins;
    });
    running.start();
    {
        Manager manager = ami.accept();
        manager.log_in();
        CHECK(eventually([&] { return logins == 1; }));
        auto answer = ping(running);
        manager.action();
        const bool in_the_middle = GENERATE(false, true);
        if (in_the_middle) manager.send("Response: Success\r\nActionID: agi-3\r\nMess");
        manager.close();
        CHECK(answer.get() == "the connection ended before the answer");
    }
    Manager manager = ami.accept();
    manager.log_in();
    CHECK(eventually([&] { return logins == 2; }));
    CHECK(lost == 1);
    auto pong = ping(running);
    // It is not sent again.
    CHECK(manager.answer("Success", "Message: Pong\r\n") == "Action: Ping|ActionID: agi-3");
    CHECK(pong.get() == "Pong");
}

TEST_CASE("Client: a connection that is lost between an action and its write") {
    const FakeAmi ami;
    RunningClient running{ami.port()};
    running.start();
    std::promise<std::string> answer;
    {
        Manager manager = ami.accept();
        manager.log_in();
        CHECK(eventually([&] { return running.logged("logged in") == 1; }));
        running.client.post([&] {
            manager.close();
            // By the next task the end has been read, and waits behind it.
            running.client.post([&] {
                running.client.send(Action{"Ping"}, [&](const Response& response) {
                    answer.set_value(std::string{response.text()});
                });
            });
        });
        CHECK(answer.get_future().get() == "the connection ended before the answer");
    }
    Manager manager = ami.accept();
    manager.log_in();
    CHECK(eventually([&] { return running.logged("logged in again") == 1; }));
    auto pong = ping(running);
    CHECK(manager.answer("Success", "Message: Pong\r\n") == "Action: Ping|ActionID: agi-3");
    CHECK(pong.get() == "Pong");
}

TEST_CASE("Client: a refused login is tried again, and its reason is in the log") {
    const FakeAmi ami;
    RunningClient running{ami.port()};
    std::atomic<int> lost{0};
    running.client.on_lost([&] { ++lost; });
    running.start();
    for (int i = 0; i < 2; ++i) {
        Manager manager = ami.accept();
        manager.send("Asterisk Call Manager/11.0.0\r\n");
        manager.answer("Success", "Challenge: 1\r\n");
        manager.answer("Error", "Message: Authentication failed\r\n");
        CHECK(manager.action().front() == '(');
    }
    Manager manager = ami.accept();
    manager.log_in();
    CHECK(eventually([&] { return running.logged("logged in") == 1; }));
    CHECK(running.logged("login refused: Authentication failed") == 2);
    CHECK(lost == 0);
}

TEST_CASE("Client: one that says nothing is asked, and then given up") {
    const FakeAmi ami;
    ClientOptions options;
    options.keep_alive = 50ms;
    RunningClient running{ami.port(), options};
    running.start();
    Manager manager = ami.accept();
    manager.log_in();
    CHECK(manager.answer("Success", "Message: Pong\r\n") == "Action: Ping|ActionID: agi-3");
    CHECK(manager.action() == "Action: Ping|ActionID: agi-4");
    CHECK(manager.action() == "(closed)");
    CHECK(eventually([&] { return running.logged("no answer to a Ping") == 1; }));
    ami.accept().log_in();
    CHECK(eventually([&] { return running.logged("logged in again") == 1; }));
}

TEST_CASE("Client: one that never greets is given up, and what is sent meanwhile is lost") {
    const FakeAmi ami;
    ClientOptions options;
    options.connect_time = 30ms;
    RunningClient running{ami.port(), options};
    running.start();
    const Manager manager = ami.accept();
    CHECK(ping(running).get() == "the connection ended before the answer");
    CHECK(eventually([&] { return running.logged("no login in time") >= 1; }));
}

TEST_CASE("Client: nobody listens, and then somebody does") {
    auto gone = std::make_unique<FakeAmi>();
    const std::uint16_t port = gone->port();
    gone.reset();
    RunningClient running{port};
    running.start();
    CHECK(eventually([&] { return running.logged("Connection refused") >= 2; }));
}

TEST_CASE("Client: the ids of no two connections are the same") {
    const FakeAmi ami;
    RunningClient running{ami.port()};
    running.start();
    Manager first = ami.accept();
    first.log_in();
    first.close();
    Manager second = ami.accept();
    second.log_in();
    CHECK(first.name().size() == 17);
    CHECK(second.name().size() == 17);
    CHECK(first.name() != second.name());
}

TEST_CASE("Client: one that is started again while it connects makes no second connection") {
    const FakeAmi ami;
    RunningClient running{ami.port()};
    std::atomic<int> logins{0};
    running.client.on_login([&](bool) { ++logins; });
    running.client.on_lost([&] { running.client.start(); });
    running.start();
    running.client.post([&] { running.client.start(); });
    Manager first = ami.accept();
    first.log_in();
    CHECK(eventually([&] { return logins == 1; }));
    first.close();
    Manager second = ami.accept();
    second.log_in();
    CHECK(eventually([&] { return logins == 2; }));
    pollfd another{ami.fd(), POLLIN, 0};
    CHECK(::poll(&another, 1, 50) == 0);
}

TEST_CASE("Client: a login that cannot be sent is refused when the client is made") {
    agi::wire::net::io_context context;
    const auto refused = [&](const char* user, const char* secret, const char* events) {
        ClientOptions options;
        options.user = user;
        options.secret = secret;
        options.events = events;
        try {
            const Client client{context, options};
        } catch (const agi::AGIArgumentError& error) {
            return std::string{error.what()};
        }
        return std::string{};
    };
    CHECK(refused("ivr", "hunter2", "on").empty());
    CHECK_THAT(refused("ivr\n", "hunter2", "on"), ContainsSubstring("Username"));
    CHECK_THAT(refused("ivr", "hunter2", "on\r"), ContainsSubstring("Events"));
    const std::string secret = refused("ivr", "hunter2\n", "on");
    CHECK_THAT(secret, ContainsSubstring("Secret \"***\" has CR, LF or NUL"));
}

TEST_CASE("Client: stops in each of its callbacks") {
    const FakeAmi ami;
    RunningClient running{ami.port()};
    const int where = GENERATE(0, 1, 2, 3);
    std::promise<void> stopped;
    const auto stop = [&] {
        running.client.stop();
        stopped.set_value();
    };
    running.client.on_login([&](bool) {
        if (where == 0) stop();
        if (where == 1) running.client.send(Action{"Ping"}, [&](const Response&) { stop(); });
    });
    running.client.on_event([&](const Message&) {
        if (where == 2) stop();
    });
    running.client.on_lost([&] {
        if (where == 3) stop();
    });
    running.start();
    Manager manager = ami.accept();
    manager.log_in();
    if (where == 1) manager.answer();
    // What comes behind it is nobody's.
    if (where == 2) manager.send("Event: A\r\n\r\nEvent: B\r\n\r\n");
    if (where == 3) manager.close();
    stopped.get_future().wait();
}

TEST_CASE("Client: what a callback throws is logged, and the connection goes on") {
    const FakeAmi ami;
    ClientOptions options;
    options.trace = [](agi::Direction, std::string_view) { throw std::runtime_error{"trace"}; };
    RunningClient running{ami.port(), options};
    std::atomic<int> heard{0};
    running.client.on_login([&](bool) { throw std::runtime_error{"login"}; });
    running.client.on_lost([&] { throw 1; });
    running.client.on_event([&](const Message& event) {
        ++heard;
        throw std::runtime_error{std::string{event.event()}};
    });
    running.start();
    {
        Manager manager = ami.accept();
        manager.log_in();
        manager.send("Event: A\r\n\r\nEvent: B\r\n\r\n");
        CHECK(eventually([&] { return heard == 2; }));
        running.client.post([&] {
            running.client.send(Action{"Ping"},
                                [](const Response&) { throw std::runtime_error{"done"}; });
        });
        manager.answer();
        auto pong = ping(running);
        manager.answer("Success", "Message: Pong\r\n");
        CHECK(pong.get() == "Pong");
    }
    ami.accept().log_in();
    CHECK(eventually([&] { return running.logged("logged in again") == 1; }));
    for (const char* what : {"trace", "login", "A", "B", "done"}) {
        CAPTURE(what);
        CHECK(running.logged(std::string{"a callback has thrown: "} + what) >= 1);
    }
    CHECK(running.logged("a callback has thrown") > running.logged("a callback has thrown: "));
}

TEST_CASE("Client: destroyed in each of its callbacks") {
    const FakeAmi ami;
    const int where = GENERATE(0, 1, 2, 3, 4);
    CAPTURE(where);
    agi::wire::net::io_context context{1};
    ClientOptions options;
    options.port = ami.port();
    options.log = {};
    auto client = std::make_unique<Client>(context, options);
    int lost = 0;
    const auto end = [&client, &lost](const Response& response) {
        lost += response.lost ? 1 : 0;
        client.reset();
    };
    client->on_login([&](bool) {
        if (where == 0) client.reset();
        if (where == 1) client->send(Action{"Ping"}, end);
        if (where == 4) {
            client->send(Action{"Ping"}, end);
            client->stop();
        }
    });
    client->on_event([&](const Message&) {
        if (where == 2) client.reset();
    });
    client->on_lost([&] {
        if (where == 3) client.reset();
    });
    client->start();
    std::thread thread{[&] { context.run(); }};
    Manager manager = ami.accept();
    manager.log_in();
    if (where == 1) manager.answer();
    if (where == 2) manager.send("Event: A\r\n\r\nEvent: B\r\n\r\n");
    if (where == 3) manager.close();
    thread.join();  // nothing is left to do
    CHECK_FALSE(client);
    CHECK(lost == (where == 4 ? 1 : 0));
}

TEST_CASE("Client: an Asterisk that reads no more is given up") {
    const Action large = Action{"X"}.set("Text", std::string(1000, 'x'));
    std::atomic<bool> sent{true};
    const FakeAmi ami;
    ClientOptions options;
    options.max_unsent = 64 << 10U;
    RunningClient running{ami.port(), options};
    running.start();
    Manager manager = ami.accept();
    manager.log_in();
    CHECK(eventually([&] { return running.logged("logged in") == 1; }));
    // More than all buffers of the system take, and then more than may wait. Never so much at a time
    // that the loop has no turn for its socket.
    int actions = 20'000;
    CHECK(eventually([&] {
        if (sent.exchange(false)) {
            running.client.post([&, count = std::exchange(actions, 100)] {
                for (int i = 0; i < count; ++i) running.client.send(large);
                sent = true;
            });
        }
        return running.logged("Asterisk reads no more") == 1;
    }));
    ami.accept().log_in();
    CHECK(eventually([&] { return running.logged("logged in again") == 1; }));
}

TEST_CASE("Client: a connection that ends after any byte of a login is made again") {
    // The fault of number N: after N bytes of all that is said to it.
    const FakeAmi ami;
    RunningClient running{ami.port()};
    running.start();
    const std::string banner = "Asterisk Call Manager/11.0.0\r\n";
    const std::string challenge = "Response: Success\r\nActionID: agi-1\r\nChallenge: 1\r\n\r\n";
    const std::string accepted = "Response: Success\r\nActionID: agi-2\r\n\r\n";
    const std::size_t all = banner.size() + challenge.size() + accepted.size();
    for (std::size_t n = 0; n < all; n += 3) {
        Manager manager = ami.accept();
        manager.send(banner.substr(0, n));
        if (n < banner.size()) continue;
        manager.action();
        manager.send(challenge.substr(0, n - banner.size()));
        if (n < banner.size() + challenge.size()) continue;
        manager.action();
        manager.send(accepted.substr(0, n - banner.size() - challenge.size()));
    }
    CHECK(running.logged("logged in") == 0);
    ami.accept().log_in();
    CHECK(eventually([&] { return running.logged("logged in") == 1; }));
}

TEST_CASE("tls: names the file that cannot be read") {
    CHECK_THROWS_WITH(tls({"/nonexistent/ca.pem"}),
                      ContainsSubstring("TLS: ca_file \"/nonexistent/ca.pem\": No such file"));
    CHECK_THROWS_WITH(tls({"", "", "/nonexistent/own.pem"}),
                      ContainsSubstring("TLS: certificate_file \"/nonexistent/own.pem\""));
}

TEST_CASE("Client: ended in an answer that is lost, hears nothing more") {
    const FakeAmi ami;
    const bool destroyed = GENERATE(false, true);
    CAPTURE(destroyed);
    agi::wire::net::io_context context{1};
    ClientOptions options;
    options.port = ami.port();
    options.log = {};
    auto client = std::make_unique<Client>(context, options);
    int lost = 0;
    client->on_lost([&] { ++lost; });
    client->on_login([&](bool) {
        client->send(Action{"Ping"},
                     [&](const Response&) { destroyed ? client.reset() : client->stop(); });
    });
    client->start();
    std::thread thread{[&] { context.run(); }};
    Manager manager = ami.accept();
    manager.log_in();
    manager.action();
    manager.close();
    thread.join();
    CHECK(lost == 0);
}

TEST_CASE("Client: destroyed in an answer that comes at once, and throws there") {
    agi::wire::net::io_context context{1};
    const FakeAmi ami;
    ClientOptions options;
    options.port = ami.port();
    int logged = 0;
    options.log = [&](agi::fastagi::Severity, std::string_view) { ++logged; };
    auto client = std::make_unique<Client>(context, options);
    const bool started = GENERATE(false, true);
    CAPTURE(started);
    if (started) client->start();
    if (started) client->stop();
    context.run();  // nothing but the client holds its connection then
    client->send(Action{"Ping"}, [&](const Response&) {
        client.reset();
        throw std::runtime_error{"done"};
    });
    CHECK_FALSE(client);
    CHECK(logged == 1);
}

TEST_CASE("Client: one that is started in an answer that is lost makes no second connection") {
    const FakeAmi ami;
    RunningClient running{ami.port()};
    std::atomic<int> logins{0};
    running.client.on_login([&](bool again) {
        ++logins;
        if (again) return;
        running.client.send(Action{"Ping"}, [&](const Response&) { running.client.start(); });
    });
    running.start();
    Manager first = ami.accept();
    first.log_in();
    first.action();
    first.close();
    Manager second = ami.accept();
    second.log_in();
    CHECK(eventually([&] { return logins == 2; }));
    pollfd another{ami.fd(), POLLIN, 0};
    CHECK(::poll(&another, 1, 50) == 0);
}
