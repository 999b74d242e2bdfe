// SPDX-License-Identifier: MIT
// The FastAGI servers among the examples, as processes that simulated calls come to, with the caller
// or the connection gone at every step.

#include "../server_process.hpp"
#include "../sha1.hpp"
#include "bridge.hpp"
#include "catch.hpp"
#include "temporary.hpp"
#include <agi/testing/rehearsal.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#ifdef AGI_FASTAGI_POLL

namespace {

using namespace agi::testing;
using namespace std::chrono_literals;

Asterisk fastagi_call(const std::string& path) {
    Asterisk asterisk;
    asterisk.network = true;
    asterisk.entry("agi_request") = "agi://127.0.0.1/" + path;
    asterisk.channel.any_sound = 2s;
    return asterisk;
}

// Whether Asterisk has taken this command, where only the loss of the connection prevents that.
bool taken(const Run& run, int step) {
    const bool broken = run.loss == Loss::broken_before || run.loss == Loss::broken_during;
    return !broken || run.step > step || (run.step == step && run.loss == Loss::broken_during);
}
// The same where a hang-up in an earlier command does so too.
bool reached(const Run& run, int step) {
    return taken(run, step) && (run.loss == Loss::none || run.step >= step);
}

using Done = std::function<bool(Asterisk&, const Run&)>;

// Whether a variable is set by its command, and stays unset in a call that does not get there.
Done sets(const std::string& variable, const std::string& value, int step) {
    return [=](Asterisk& after, const Run& run) {
        return after.value(variable) == (reached(run, step) ? value : "");
    };
}

// Whether the caller has heard so many sounds, if the call was a whole one.
Done plays(std::size_t sounds) {
    return [=](Asterisk& after, const Run& run) {
        return run.loss != Loss::none || after.channel.heard().size() == sounds;
    };
}

// Rehearses a call and makes it once more. Of all these, the server keeps no descriptor.
void rehearse_call(const ServerProcess& server, const Bridge& bridge, const Asterisk& call,
                   int steps, const Done& done) {
    int descriptors = 0;
    RehearsalOptions options;
    options.work_done = [&](Asterisk& after, const Run& run) {
        if (run.loss == Loss::none) descriptors = server.descriptors();
        return done(after, run);
    };
    const auto rehearsal = rehearse(call, bridge, options);
    INFO(server.log());
    INFO(rehearsal.problem);
    REQUIRE(rehearsal.passed());
    CHECK(rehearsal.steps == steps);

    Asterisk once_more = call;
    {
        agi::Session session{SimulatedStream{once_more}};
        bridge(session);
    }
    CHECK(done(once_more, {}));
    for (int i = 0; i < 1000 && server.descriptors() > descriptors; ++i) {
        std::this_thread::sleep_for(10ms);
    }
    CHECK(server.descriptors() <= descriptors);
}

// What a server has said beside what it says of calls that go well or are hung up.
std::string complaints(const ServerProcess& server, const std::vector<std::string>& expected) {
    std::string all;
    std::istringstream log{server.log()};
    for (std::string line; std::getline(log, line);) {
        bool known = false;
        for (const std::string& text : expected) known |= line.find(text) != std::string::npos;
        if (!known) all += line + '\n';
    }
    return all;
}

// A server with a loop or threads of its own says how each call has ended.
void stop_loop(ServerProcess& server, int status) {
    server.send(SIGTERM);
    CHECK(server.wait() == status);
    CHECK(complaints(server, {"port ", "not permitted on a dead channel", "the call is over",
                              "the stream closed before the reply"}) == "");
}

}  // namespace

TEST_CASE("fastagi_poll: ends well wherever the call does") {
    ServerProcess server{{AGI_FASTAGI_POLL, "0"}};
    const Bridge bridge{server.port()};

    rehearse_call(server, bridge, fastagi_call(""), 2, [](Asterisk& after, const Run& run) {
        return after.value("NUMBER").empty() && plays(2)(after, run);
    });
    Asterisk number = fastagi_call("");
    number.channel.caller.after("vm-enter-num-to-call").press("1234");
    rehearse_call(server, bridge, number, 4, sets("NUMBER", "1234", 3));
    stop_loop(server, 0);
}

#ifdef AGI_FASTAGI_SERVER

namespace {

// A server of the library takes a failure after a hang-up for what it is.
void stop_server(ServerProcess& server, std::vector<std::string> expected = {}) {
    server.send(SIGTERM);
    CHECK(server.wait() == 0);
    CHECK_THAT(server.log(), Catch::Matchers::ContainsSubstring("stopping: 0 calls run"));
    expected.insert(expected.end(), {"port ", "agi: info: ", "(ulimit -n)"});
    CHECK(complaints(server, expected) == "");
}

}  // namespace

TEST_CASE("fastagi_server: ends well wherever the call does") {
    ServerProcess server{{AGI_FASTAGI_SERVER, "0", "0"}};
    const Bridge bridge{server.port()};

    Asterisk silent = fastagi_call("menu");
    rehearse_call(server, bridge, silent, 6, sets("MENU", "nothing", 6));

    Asterisk greeted = fastagi_call("menu");
    greeted.channel.caller.after("basic-pbx-ivr-main").press("1");
    rehearse_call(server, bridge, greeted, 4, sets("MENU", "greeted", 4));

    // A wrong key, a message, and it played before it is kept.
    Asterisk message = fastagi_call("menu");
    message.arguments = {"/tmp/rehearsed"};
    message.channel.caller.after("basic-pbx-ivr-main").press("9");
    message.channel.caller.after("basic-pbx-ivr-main").press("2").then(5s).press("#");
    message.channel.caller.after("vm-review").press("2").after("vm-review").press("1");
    rehearse_call(server, bridge, message, 9, [](Asterisk& after, const Run& run) {
        return sets("MENU", "kept", 9)(after, run) &&
               (run.loss != Loss::none || after.recorded.count("/tmp/rehearsed") == 1);
    });

    Asterisk dropped = fastagi_call("menu");
    dropped.channel.caller.after("basic-pbx-ivr-main").press("2").then(5s).press("#");
    rehearse_call(server, bridge, dropped, 5, sets("MENU", "dropped", 5));

    rehearse_call(server, bridge, fastagi_call("account/42?greeting=hello-world"), 3, plays(2));
    rehearse_call(server, bridge, fastagi_call("nowhere"), 3,
                  sets("FASTAGI_STATUS", "NOTFOUND", 1));
    stop_server(server);
}

#ifdef AGI_FASTAGI_COROUTINES

TEST_CASE("fastagi_coroutines: ends well wherever the call does") {
    ServerProcess server{{AGI_FASTAGI_COROUTINES, "0"}};
    Bridge bridge{server.port()};

    Asterisk greeted = fastagi_call("menu");
    greeted.channel.caller.after("basic-pbx-ivr-main").do_nothing();
    greeted.channel.caller.after("basic-pbx-ivr-main").press("1");
    rehearse_call(server, bridge, greeted, 5, sets("MENU", "done", 5));

    Asterisk number = fastagi_call("menu");
    number.channel.caller.after("basic-pbx-ivr-main").press("2");
    rehearse_call(server, bridge, number, 4, sets("MENU", "done", 4));

    bridge.endless = "pls-hold-while-try";
    rehearse_call(server, bridge, fastagi_call("balance/42?ms=1"), 5,
                  [](Asterisk& after, const Run& run) {
                      // Once the database is asked, a hang-up ends the prompt, and not the wait.
                      const bool asked = run.step != 1 || run.loss == Loss::hang_up_during;
                      const bool set = run.loss == Loss::none || (asked && taken(run, 4));
                      return after.value("BALANCE") == (set ? "balance of 42" : "");
                  });
    stop_server(server);
}

#endif
#ifdef AGI_FASTAGI_SECRET

TEST_CASE("fastagi_secret: ends well wherever the call does") {
    ::setenv("FASTAGI_SECRET", "correct-horse", 1);
    ServerProcess server{{AGI_FASTAGI_SECRET, "0"}};
    ::unsetenv("FASTAGI_SECRET");
    const Bridge bridge{server.port()};

    Asterisk right = fastagi_call("hello");
    right.functions["SHA1"] = [](Call&, const std::string& text) { return sha1(text); };
    right.globals["FASTAGI_SECRET"] = "correct-horse";
    rehearse_call(server, bridge, right, 3, [](Asterisk& after, const Run& run) {
        return after.value("FASTAGI_STATUS").empty() && plays(1)(after, run);
    });

    Asterisk wrong = right;
    wrong.globals["FASTAGI_SECRET"] = "incorrect-horse";
    rehearse_call(server, bridge, wrong, 3, [](Asterisk& after, const Run& run) {
        // A hang-up changes nothing: none of this needs the caller.
        return after.value("FASTAGI_STATUS") == (taken(run, 3) ? "DENIED" : "") &&
               after.channel.heard().empty();
    });
    stop_server(server, {"denied, as it does not know the secret"});
}

#endif
#ifdef AGI_FASTAGI_TLS

TEST_CASE("fastagi_tls: ends well wherever the call does") {
    const std::string folder = temporary_path("certificates").string();
    REQUIRE(std::system((AGI_TEST_DATA "/../examples/fastagi_certificates " + folder +
                         " localhost > /dev/null 2>&1")
                            .c_str()) == 0);
    ServerProcess server{{AGI_FASTAGI_TLS, "0", folder + "/localhost.pem",
                          folder + "/localhost.key", folder + "/authority.pem"}};
    const int port = server.port();
    const TlsClient tls{folder};

    Asterisk number = fastagi_call("");
    number.channel.caller.after("agent-pass").press("1234#");
    rehearse_call(server, {port, tls.context()}, number, 4, sets("ENTERED", "1234", 3));

    stop_loop(server, -SIGTERM);  // it has no graceful stop
}

#endif
#endif
#endif
