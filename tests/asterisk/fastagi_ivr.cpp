// SPDX-License-Identifier: MIT
// Dialogues on a running Asterisk, in blocking handlers and in coroutines, and on the simulator: the
// same scripts of key presses, the same outcome.

#include "catch.hpp"
#include "live_server.hpp"
#include <agi/ivr/coroutine.hpp>
#include <agi/ivr/ivr.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/simulated_stream.hpp>
#include <agi/testing/sounds.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace live;
using namespace std::chrono_literals;
namespace fastagi = agi::fastagi;
namespace ivr = agi::ivr;
namespace net = agi::wire::net;

namespace {

// agent-pass takes 3.3 s, a digit 0.9 s, auth-thankyou 1 s, hello-world 1.4 s.

ivr::Ask account() {
    ivr::Ask ask;
    ask.prompt = {"agent-pass", ivr::Digits("1"), "auth-thankyou"};
    ask.digits = ivr::exactly(4);
    ask.first_key = 2000ms;
    ask.next_key = 1500ms;
    ask.tries = 1;
    return ask;
}
ivr::Ask age() {
    ivr::Ask ask;
    ask.prompt = "hello-world";
    ask.digits = ivr::between(1, 3);
    ask.first_key = 2000ms;
    ask.next_key = 1500ms;
    ask.tries = 1;
    return ask;
}

/// What an entry comes to.
std::string text(const ivr::Entry& entry) {
    std::string out = to_string(entry.end);
    if (!entry.digits.empty()) out += ' ' + entry.digits;
    if (!entry.missing.empty()) out += " without " + entry.missing;
    return out;
}

/// The dialogue: two questions, and the program thinks between them.
template <class Session>
std::string dialogue(Session& session, const ivr::Ask& first, std::chrono::milliseconds think) {
    std::string outcome;
    try {
        outcome = text(first(session));
        if (think > 0ms) std::this_thread::sleep_for(think);
        outcome += ", " + text(age()(session));
    } catch (const agi::AGIHangup&) {
        outcome += " hung up";
    }
    return outcome;
}

ivr::Ask question_of(const std::string& name) {
    ivr::Ask ask = account();
    if (name == "missing") ask.prompt = {"agent-pass", "no-such-sound", "auth-thankyou"};
    if (name == "cancel") ask.cancel = '*';
    return ask;
}

void handler(fastagi::Call& call) {
    const std::chrono::milliseconds think{std::stoi(call.query("think").value_or("0"))};
    const std::string outcome =
        dialogue(call, question_of(std::string{*call.parameter("name")}), think);
    call.after_hangup([&](auto& rest) { agi::SetVariable{"OUTCOME", outcome}(rest); });
}

#ifdef AGI_HAS_COROUTINES

agi::Task<> handler_async(fastagi::AsyncCall& call) {
    const std::chrono::milliseconds think{std::stoi(call.query("think").value_or("0"))};
    std::string outcome;
    try {
        const ivr::Ask first = question_of(std::string{*call.parameter("name")});
        outcome = text(co_await first(call));
        net::steady_timer thinks{co_await net::this_coro::executor, think};
        co_await thinks.async_wait(net::use_awaitable);
        const ivr::Ask second = age();
        outcome += ", " + text(co_await second(call));
    } catch (const agi::AGIHangup&) {
        outcome += " hung up";
    }
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

/// What the caller does: keys, or `!` to hang up, each at that many ms after the first prompt has begun.
struct Script {
    std::string what;
    std::vector<std::pair<int, char>> actions;
    std::string outcome;
    std::string question = "plain";
};

const std::vector<Script>& scripts() {
    static const std::vector<Script> all{
        {"in the first part, and both questions",
         {{500, '1'}, {750, '2'}, {1000, '3'}, {1250, '4'}, {2000, '5'}, {2250, '6'}, {2500, '#'}},
         "entered 1234, entered 56"},
        {"at the end of the first part",
         {{3250, '1'}, {3500, '2'}, {3750, '3'}, {4000, '4'}, {4800, '5'}},
         "entered 1234, entered 5"},
        {"in the second part",
         {{3700, '1'}, {3900, '2'}, {4100, '3'}, {4300, '4'}},
         "entered 1234, no_input"},
        {"at the end of the prompt",
         {{5100, '1'}, {5300, '2'}, {5500, '3'}, {5700, '4'}},
         "entered 1234, no_input"},
        {"after it",
         {{6200, '1'}, {6400, '2'}, {6600, '3'}, {6800, '4'}},
         "entered 1234, no_input"},
        {"typed at once, and more than asked",
         {{500, '1'}, {620, '2'}, {740, '3'}, {860, '4'}, {980, '5'}},
         "entered 1234, entered 5"},
        {"a # after a full entry",
         {{500, '1'}, {700, '2'}, {900, '3'}, {1100, '4'}, {1300, '#'}, {3300, '7'}, {3500, '#'}},
         "entered 1234, entered 7"},
        {"a # late after a full entry",
         {{500, '1'}, {700, '2'}, {900, '3'}, {1100, '4'}, {2900, '#'}, {3500, '7'}, {3700, '#'}},
         "entered 1234, entered 7"},
        {"too few", {{500, '1'}, {700, '2'}}, "no_match 12, no_input"},
        {"too few, and a #",
         {{500, '1'}, {700, '#'}, {1200, '9'}, {1400, '#'}},
         "no_match 1, entered 9"},
        {"silence", {}, "no_input, no_input"},
        {"hang-up in the prompt", {{1500, '!'}}, " hung up"},
        {"hang-up between the keys", {{500, '1'}, {700, '2'}, {1400, '!'}}, " hung up"},
        {"hang-up in the wait", {{6000, '!'}}, " hung up"},
        {"hang-up in the next question",
         {{500, '1'}, {700, '2'}, {900, '3'}, {1100, '4'}, {1700, '!'}},
         "entered 1234 hung up"},
        {"a missing sound",
         {{4000, '1'}, {4200, '2'}, {4400, '3'}, {4600, '4'}},
         "entered 1234 without no-such-sound, no_input",
         "missing"},
        {"cancel", {{500, '1'}, {800, '*'}}, "cancelled 1, no_input", "cancel"},
        {"cancel not pressed",
         {{500, '1'}, {700, '2'}, {900, '3'}, {1100, '4'}},
         "entered 1234, no_input",
         "cancel"},
    };
    return all;
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
    for (const auto& [time, action] : script.actions) {
        auto moment = asterisk.channel.caller.at(std::chrono::milliseconds{time});
        if (action == '!') {
            moment.hang_up();
        } else {
            moment.press({&action, 1});
        }
    }
    agi::Session session{agi::testing::SimulatedStream{asterisk}};
    std::string outcome = dialogue(session, question_of(script.question), 0ms);
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
    const Script script{
        "two entries in a row",
        {{500, '1'}, {700, '2'}, {900, '3'}, {1100, '4'}, {1300, '5'}, {1500, '6'}, {1700, '#'}},
        "entered 1234, entered 56"};
    // A key that begins and ends while no command waits is lost.
    const Script slow{
        "the 5 comes and goes",
        {{500, '1'}, {700, '2'}, {900, '3'}, {1100, '4'}, {1500, '5'}, {2700, '6'}, {2900, '#'}},
        "entered 1234, entered 6"};
    check_calls(server, {{&script, "plain?think=0"},
                         {&script, "plain?think=20"},
                         {&script, "plain?think=50"},
                         {&script, "plain?think=100"},
                         {&slow, "plain?think=1000"}});
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
            const ivr::Entry entry = question_of("missing")(call, careful);
            agi::SetVariable{"OUTCOME", text(entry)}(call);
        });
        to.route("careless", [](fastagi::Call& call) {
            agi::SetVariable{"OUTCOME", text(question_of("missing")(call))}(call);
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
