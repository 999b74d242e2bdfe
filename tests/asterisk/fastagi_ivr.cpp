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

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace live;
using namespace std::chrono_literals;
namespace fastagi = agi::fastagi;
namespace ivr = agi::ivr;

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
    } catch (const agi::AGIDeadChannelError&) {
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
        if (think > 0ms) std::this_thread::sleep_for(think);
        const ivr::Ask second = age();
        outcome += ", " + text(co_await second(call));
    } catch (const agi::AGIHangup&) {
        outcome += " hung up";
    } catch (const agi::AGIDeadChannelError&) {
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

void perform(std::vector<std::unique_ptr<Call>>& calls, const Script& script) {
    const auto begin = std::chrono::steady_clock::now();
    for (const auto& [time, action] : script.actions) {
        std::this_thread::sleep_until(begin + std::chrono::milliseconds{time});
        for (auto& call : calls) {
            if (action == '!') {
                call->hang_up();
            } else {
                call->press({&action, 1});
            }
        }
    }
}

/// The outcomes of a script, made by so many callers at a time.
std::vector<std::string> outcomes(const LiveServer& server, const std::string& path,
                                  const Script& script, int callers = 1) {
    std::vector<std::unique_ptr<Call>> calls;
    for (int i = 0; i < callers; ++i)
        calls.push_back(std::make_unique<Call>(going_on(server.url(path))));
    for (auto& call : calls) call->wait_for_command("STREAM FILE");
    perform(calls, script);
    std::vector<std::string> all;
    for (auto& call : calls) {
        call->status();
        all.push_back(call->variable("OUTCOME"));
    }
    return all;
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
    for (const Script& script : scripts()) {
        CAPTURE(script.what);
        CHECK(simulated(script) == script.outcome);
        for (const std::string& kind : kinds()) {
            CAPTURE(kind);
            CHECK(outcomes(server, kind + script.question, script) ==
                  std::vector<std::string>{script.outcome});
        }
    }
}

TEST_CASE("Ask: keys that are typed while the program thinks") {
    LiveServer server{set_up};
    const Script script{
        "two entries in a row",
        {{500, '1'}, {700, '2'}, {900, '3'}, {1100, '4'}, {1300, '5'}, {1500, '6'}, {1700, '#'}},
        "entered 1234, entered 56"};
    for (const char* think : {"0", "20", "50", "100"}) {
        CAPTURE(think);
        for (const std::string& kind : kinds()) {
            CAPTURE(kind);
            CHECK(outcomes(server, kind + "plain?think=" + think, script) ==
                  std::vector<std::string>{script.outcome});
        }
    }
    // A key that begins and ends while no command waits is lost.
    const Script slow{
        "the 5 comes and goes",
        {{500, '1'}, {700, '2'}, {900, '3'}, {1100, '4'}, {1400, '5'}, {2300, '6'}, {2500, '#'}},
        "entered 1234, entered 6"};
    for (const std::string& kind : kinds()) {
        CHECK(outcomes(server, kind + "plain?think=800", slow) ==
              std::vector<std::string>{slow.outcome});
    }
}

TEST_CASE("Ask: thirty callers at a time", "[load]") {
    LiveServer server{set_up};
    const Script script{
        "thirty",
        {{1000, '1'}, {1400, '2'}, {1800, '3'}, {2200, '4'}, {3200, '5'}, {3700, '#'}},
        "entered 1234, entered 5"};
    for (const std::string& kind : kinds()) {
        CAPTURE(kind);
        CHECK(outcomes(server, kind + "plain", script, 30) ==
              std::vector<std::string>(30, script.outcome));
    }
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
        call.press("1");
        CHECK(call.status() == status);
        if (std::string{path} == "careful") CHECK(call.variable("OUTCOME") == "no_match 1");
    }
}
