// SPDX-License-Identifier: MIT
// Dialogues on a running Asterisk, in blocking handlers and in coroutines, and on the simulator: the
// same scripts of key presses, the same outcome.

#include "catch.hpp"
#include "ivr/async_scripts.hpp"
#include "live_server.hpp"
#include <agi/ivr/ivr.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/simulated_stream.hpp>
#include <agi/testing/sounds.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace ivr_tests;
using namespace live;
using namespace std::chrono_literals;
namespace fastagi = agi::fastagi;
namespace ivr = agi::ivr;
namespace net = agi::wire::net;

namespace {

std::chrono::milliseconds thought_of(const std::optional<std::string>& think) {
    return std::chrono::milliseconds{std::stoi(think.value_or("0"))};
}

void handler(fastagi::Call& call) {
    const std::string outcome = dialogue(call, account(std::string{*call.parameter("name")}), [&] {
        std::this_thread::sleep_for(thought_of(call.query("think")));
    });
    call.after_hangup([&](auto& rest) { agi::SetVariable{"OUTCOME", outcome}(rest); });
}

#ifdef AGI_HAS_COROUTINES

agi::Task<> handler_async(fastagi::AsyncCall& call) {
    const ivr::Ask first = account(std::string{*call.parameter("name")});
    const std::string outcome = co_await dialogue_async(call, first, [&]() -> agi::Task<> {
        net::steady_timer thinks{co_await net::this_coro::executor,
                                 thought_of(call.query("think"))};
        co_await thinks.async_wait(net::use_awaitable);
    });
    const agi::SetVariable set{"OUTCOME", outcome};
    co_await call.after_hangup([&](auto& rest) -> agi::Task<> { co_await rest(set); });
}

#endif

void set_up(fastagi::Server& server) {
    server.route("{name}", handler);
#ifdef AGI_HAS_COROUTINES
    server.route("async/{name}", handler_async);
#endif
}

/// A call that follows a script.
struct Caller {
    const Script* script;
    std::unique_ptr<Call> call;
    std::thread hands{};
};

/// Does what the script says, on a connection of its own: PlayDTMF holds one for as long as the key.
void perform(const Script& script, const std::string& channel,
             std::chrono::steady_clock::time_point begin, Ami& ami) {
    for (const auto& [time, action] : script.actions) {
        std::this_thread::sleep_until(begin + std::chrono::milliseconds{time});
        if (action == '!') {
            ami.action("Hangup", {{"Channel", channel}});
        } else {
            ami.action("PlayDTMF", {{"Channel", channel}, {"Digit", std::string(1, action)}});
        }
    }
}

std::vector<std::unique_ptr<Ami>> connect(std::size_t count) {
    const Asterisk& asterisk = Asterisk::get();
    std::vector<std::unique_ptr<Ami>> connections;
    while (connections.size() < count) {
        connections.push_back(std::make_unique<Ami>(std::stoi(asterisk.setting("AMI_PORT")),
                                                    asterisk.setting("AMI_USER"),
                                                    asterisk.setting("AMI_SECRET")));
        connections.back()->action("Events", {{"EventMask", "off"}});
    }
    return connections;
}

/// The outcomes of calls that are made side by side.
std::vector<std::string> outcomes(std::vector<Caller> callers,
                                  const std::vector<std::unique_ptr<Ami>>& connections) {
    for (std::size_t i = 0; i < callers.size(); ++i) {
        Caller& caller = callers[i];
        caller.call->wait_for_command("STREAM FILE");
        caller.hands =
            std::thread{[begin = std::chrono::steady_clock::now(), script = caller.script,
                         channel = caller.call->caller(), ami = connections[i].get()] {
                try {
                    perform(*script, channel, begin, *ami);
                } catch (const std::exception&) {
                    // The call is over: its outcome tells.
                }
            }};
    }
    std::vector<std::string> all;
    for (Caller& caller : callers) {
        caller.call->status();
        all.push_back(caller.call->variable("OUTCOME"));
    }
    for (Caller& caller : callers) caller.hands.join();
    return all;
}

/// Makes that many calls of a script, of both kinds of handler; whether each had the script's outcome.
void check_calls(const LiveServer& server,
                 const std::vector<std::pair<const Script*, std::string>>& scripts, int times = 1) {
    const auto connections =
        connect(scripts.size() * kinds().size() * static_cast<std::size_t>(times));
    std::vector<Caller> callers;
    std::vector<std::string> expected;
    for (const auto& [script, path] : scripts) {
        for (const std::string& kind : kinds()) {
            for (int i = 0; i < times; ++i) {
                callers.push_back(
                    {script, std::make_unique<Call>(going_on(server.url(kind + path))), {}});
                expected.push_back(script->what + " " + kind + path + ": " + script->outcome);
            }
        }
    }
    const auto all = outcomes(std::move(callers), connections);
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(expected[i].substr(0, expected[i].rfind(": ") + 2) + all[i] == expected[i]);
    }
}

std::string simulated(const Script& script) {
    agi::testing::Asterisk asterisk;
    asterisk.network = true;
    asterisk.channel.sounds = agi::testing::sounds_in(
        std::filesystem::canonical(Asterisk::get().setting("AST_SOUNDS") + "/en"));
    plan(asterisk, script);
    agi::Session session{agi::testing::SimulatedStream{asterisk}};
    std::string outcome = dialogue(session, account(script.question), [&] {
        asterisk.channel.idle_until(asterisk.channel.now() +
                                    std::chrono::milliseconds{script.think});
    });
    INFO(ladder(asterisk));
    return outcome;
}

}  // namespace

TEST_CASE("Ask: the same scripts, the same outcome, on Asterisk and on the simulator") {
    LiveServer server{set_up};
    constexpr std::size_t at_a_time = 6;
    for (std::size_t from = 0; from < scripts().size(); from += at_a_time) {
        std::vector<std::pair<const Script*, std::string>> some;
        for (std::size_t i = from; i < std::min(from + at_a_time, scripts().size()); ++i) {
            const Script& script = scripts()[i];
            CAPTURE(script.what);
            CHECK(simulated(script) == script.outcome);
            some.emplace_back(&script, script.question);
        }
        check_calls(server, some);
    }
}

TEST_CASE("Ask: keys that are typed while the program thinks") {
    LiveServer server{set_up};
    std::vector<std::pair<const Script*, std::string>> all;
    for (const Script& script : thoughtful_scripts()) {
        CAPTURE(script.what, script.think);
        CHECK(simulated(script) == script.outcome);
        all.emplace_back(&script, "plain?think=" + std::to_string(script.think));
    }
    check_calls(server, all);
}

// The moments of the keys are those of Asterisk's sound, which is late on a busy machine.
TEST_CASE("Ask: keys that are typed while the program thinks between two parts", "[load]") {
    LiveServer server{[](fastagi::Server& to) {
        to.route("slow", [](fastagi::Call& call) {
            ivr::Manners slow;
            slow.has_sound = [](std::string_view sound, std::string_view) {
                if (sound == "auth-thankyou") std::this_thread::sleep_for(400ms);
                return true;
            };
            const ivr::Entry entry = account("plain")(call, slow);
            agi::SetVariable{"OUTCOME", text(entry)}(call);
        });
    }};
    // The second part ends after 4.2 s.
    const Script kept{"the 1 is let go in the third part",
                      {{4550, '1'}, {4800, '2'}, {5000, '3'}, {5200, '4'}},
                      "entered 1234"};
    const Script lost{"the 1 comes and goes",
                      {{4330, '1'}, {4800, '2'}, {5000, '3'}, {5200, '4'}},
                      "no_match 234"};
    std::vector<Caller> callers;
    for (const Script* script : {&kept, &lost})
        callers.push_back({script, std::make_unique<Call>(going_on(server.url("slow"))), {}});
    const auto all = outcomes(std::move(callers), connect(2));
    CHECK(all == std::vector<std::string>{kept.outcome, lost.outcome});
}

TEST_CASE("Ask: thirty callers at a time", "[load]") {
    LiveServer server{set_up};
    const Script script{
        "thirty",
        {{1000, '1'}, {1400, '2'}, {1800, '3'}, {2200, '4'}, {3200, '5'}, {3700, '#'}},
        "entered 1234, entered 5"};
    check_calls(server, {{&script, "plain"}}, 15);
}

TEST_CASE("Ask: a sound that is known to be missing does not make the call a failure") {
    LiveServer server{[](fastagi::Server& to) {
        to.route("careful", [](fastagi::Call& call) {
            ivr::Manners careful;
            careful.has_sound = [](std::string_view sound, std::string_view) {
                return sound != "no-such-sound";
            };
            const ivr::Entry entry = account("missing")(call, careful);
            agi::SetVariable{"OUTCOME", text(entry)}(call);
        });
        to.route("careless", [](fastagi::Call& call) {
            agi::SetVariable{"OUTCOME", text(account("missing")(call))}(call);
        });
    }};
    for (const auto& [path, status] :
         {std::pair{"careful", "SUCCESS"}, std::pair{"careless", "FAILURE"}}) {
        Call call{going_on(server.url(path))};
        call.wait_for_command("STREAM FILE");
        CHECK(call.status() == status);
        CHECK(call.variable("OUTCOME") == "no_input without no-such-sound");
    }
}
