// SPDX-License-Identifier: MIT
// AsyncSession in virtual time: the table of event scripts, and call flows as a blocking session makes them.

#include "catch.hpp"
#include "fastagi/waiting.hpp"
#include "session/event_scripts.hpp"
#include <agi/command/database.hpp>
#include <agi/command/dialplan.hpp>
#include <agi/command/record.hpp>
#include <agi/command/say.hpp>
#include <agi/session/session.hpp>
#include <agi/testing/async_rehearsal.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/rehearsal.hpp>
#include <agi/testing/routed.hpp>
#include <agi/testing/scripted_end.hpp>
#include <agi/testing/simulated_stream.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

using namespace agi;
using namespace std::chrono_literals;
using fastagi_tests::Waiting;
using testing::Asterisk;
using testing::LineEnd;
using testing::ScriptedEnd;
using testing::SimulatedStream;
using Blocking = Session<SimulatedStream>;

namespace {

/// A call flow on both kinds of session.
struct SimulatedFlow {
    std::string name;
    std::function<void(Asterisk&)> plan;
    std::function<void(Blocking&)> blocking;
    std::function<void(Waiting&)> async;
};

std::vector<SimulatedFlow> flows() {
    std::vector<SimulatedFlow> all;
    const auto add = [&all](std::string name, std::function<void(Asterisk&)> plan, auto flow) {
        all.push_back({std::move(name), std::move(plan), flow, flow});
    };
    add(
        "a menu", [](Asterisk& asterisk) { asterisk.channel.caller.after("menu").press("2"); },
        [](auto& call) {
            call.execute(Answer{});
            const auto choice = call.execute(GetData{"menu", 5s, 1});
            call.execute(SetVariable{"CHOICE", choice.digits});
            call.execute(StreamFile{"bye"});
        });
    add(
        "a caller who presses nothing", [](Asterisk&) {},
        [](auto& call) {
            CHECK(call.execute(GetData{"menu", 5s, 1}).timed_out);
            CHECK(call.execute(WaitForDigit{700ms}).timed_out);
        });
    add(
        "a deadline, and what comes after it", [](Asterisk&) {},
        [](auto& call) {
            CHECK_THROWS_AS(call.execute_within(StreamFile{"menu"}, 1500ms), AGITimeoutError);
            CHECK_FALSE(call.in_step());
            call.execute(SetVariable{"AFTER", "1"});
        });
    add(
        "a deadline, and an end to what Asterisk does", [](Asterisk&) {},
        [](auto& call) {
            CHECK_THROWS_AS(call.execute_within(StreamFile{"menu"}, 1500ms), AGITimeoutError);
            call.resync();
            call.execute(SetVariable{"AFTER", "1"});
        });
    add(
        "a prompt that is stopped", [](Asterisk&) {},
        [](auto& call) {
            const auto begin = call.now();
            CHECK(call.execute_until(StreamFile{"menu"}, [&] { return call.now() - begin >= 1s; })
                      .stopped);
            call.execute(StreamFile{"bye"});
        });
    add(
        "a prompt that is stopped, by a busy Asterisk",
        [](Asterisk& asterisk) { asterisk.reads_after = 130ms; },
        [](auto& call) {
            CHECK(call.execute_until(GetData{"menu", 1s, 4}, [] { return true; }).stopped);
            call.execute(StreamFile{"bye"});
        });
    add(
        "a hang-up in a prompt",
        [](Asterisk& asterisk) { asterisk.channel.caller.during("menu").hang_up(); },
        [](auto& call) {
            CHECK_THROWS_AS(call.execute(StreamFile{"menu"}), AGIResultHangup);
            CHECK(call.hung_up());
            CHECK_THROWS_AS(call.execute(StreamFile{"bye"}), AGIDeadChannelError);
            call.execute(DatabasePut{"calls", "last", "done"});
        });
    add(
        "a hang-up between two commands",
        [](Asterisk& asterisk) { asterisk.channel.caller.before_command(2).hang_up(); },
        [](auto& call) {
            call.execute(Answer{});
            CHECK_THROWS_AS(call.execute(StreamFile{"bye"}), AGIDeadChannelError);
            CHECK(call.hung_up());
        });
    add(
        "a file that is missing", [](Asterisk&) {},
        [](auto& call) {
            CHECK_THROWS_AS(call.execute(StreamFile{"none"}), AGIAppError);
            CHECK_FALSE(call.hung_up());
        });
    add(
        "a connection that breaks",
        [](Asterisk& asterisk) { asterisk.channel.caller.during("menu").break_connection(); },
        [](auto& call) {
            CHECK_THROWS_AS(call.execute(StreamFile{"menu"}), AGISIGPIPEHangup);
            CHECK(call.hung_up());
            CHECK_THROWS_AS(call.execute(Noop{}), AGISIGPIPEHangup);
        });
    add(
        "an Asterisk that ends the session with the call",
        [](Asterisk& asterisk) {
            asterisk.set("AGIEXITONHANGUP", "yes");
            asterisk.channel.caller.during("menu").hang_up();
        },
        [](auto& call) {
            CHECK_THROWS_AS(call.execute(StreamFile{"menu"}), AGIHangup);
            CHECK_THROWS_AS(call.execute(Noop{}), AGISIGPIPEHangup);
        });
    add(
        "a caller who never comes back", [](Asterisk&) {},
        [](auto& call) { CHECK_THROWS_AS(call.execute(WaitForDigit{-1ms}), testing::WouldHang); });
    return all;
}

Asterisk asterisk_of(const SimulatedFlow& flow) {
    Asterisk asterisk;
    asterisk.network = true;
    asterisk.channel.sounds = {{"menu", 4s}, {"bye", 1s}};
    flow.plan(asterisk);
    return asterisk;
}

std::shared_ptr<testing::FarEnd> end_of(Asterisk& asterisk) {
    return std::make_shared<LineEnd<>>(SimulatedStream{asterisk});
}

/// What has happened, with the text of marks, which is random, left out.
std::string story(const Asterisk& asterisk) {
    std::string text = testing::ladder(asterisk);
    for (std::size_t at = 0; (at = text.find("agi-mark-", at)) != std::string::npos; at += 9) {
        for (std::size_t i = at + 9; i < text.size() && text[i] != '-'; ++i) text[i] = '*';
    }
    return text;
}

}  // namespace

TEST_CASE("Event scripts: an AsyncSession comes to the end of the other sessions") {
    for (const auto& row : event_scripts::rows<Waiting>()) {
        CAPTURE(row.name);
        SECTION(row.name) {
            event_scripts::play<Waiting>(row,
                                         [](auto end) { return std::make_unique<Waiting>(end); });
        }
    }
}

TEST_CASE("SimulatedSocket: a call flow is the same on both kinds of session") {
    for (const SimulatedFlow& flow : flows()) {
        CAPTURE(flow.name);
        SECTION(flow.name) {
            Asterisk one = asterisk_of(flow);
            {
                Blocking call{SimulatedStream{one}};
                flow.blocking(call);
            }
            Asterisk two = asterisk_of(flow);
            {
                Waiting call{end_of(two)};
                flow.async(call);
            }
            CHECK(story(one) == story(two));
            CHECK(one.channel.now() == two.channel.now());
        }
    }
}

TEST_CASE("SimulatedSocket: is a call over the network, and begins when it is made") {
    Asterisk asterisk;
    wire::net::io_context context;
    const testing::SimulatedSocket socket{context.get_executor(), asterisk};
    CHECK(asterisk.network);
    CHECK(asterisk.said_line() == "agi_network: yes");
}

TEST_CASE("SimulatedSocket: what is cancelled is still owed") {
    Asterisk asterisk;
    asterisk.channel.sounds = {{"menu", 4s}};
    Waiting call{end_of(asterisk)};
    std::exception_ptr failed;
    call.session().async_execute(StreamFile{"menu"},
                                 [&](const std::exception_ptr& error, auto) { failed = error; });
    wire::error_code ignored;
    call.session().stream().lowest_layer().cancel(ignored);
    call.run_all();
    CHECK(failed);
    CHECK_FALSE(call.in_step());
    call.execute(SetVariable{"AFTER", "1"});
    CHECK(asterisk.value("AFTER") == "1");
    CHECK(asterisk.channel.heard().size() == 1);
}

TEST_CASE("SimulatedSocket: whatever else is ready runs before time passes") {
    Asterisk asterisk;
    asterisk.channel.sounds = {{"menu", 4s}};
    Waiting call{end_of(asterisk)};
    int turns = 0;
    std::function<void()> work = [&] {
        if (++turns < 5) wire::net::post(call.session().stream().get_executor(), work);
    };
    work();
    call.execute_until(StreamFile{"menu"}, [&] { return turns == 5; });
    CHECK(asterisk.channel.now() < 100ms);
}

TEST_CASE("ScriptedEnd: refuses what it does not know, and says what it waits for") {
    CHECK_THROWS_AS(ScriptedEnd{"!! soon"}, std::invalid_argument);
    CHECK_THROWS_AS(ScriptedEnd{"!! 5"}, std::invalid_argument);
    CHECK_THROWS_AS(ScriptedEnd{"?? x"}, std::invalid_argument);
    const auto end = std::make_shared<ScriptedEnd>("<< agi_version: 22.10.1\n<<\n>> ANSWER\n");
    Waiting call{end};
    CHECK(end->where() == ">> ANSWER");
    CHECK_FALSE(end->finished());
    CHECK_THROWS_AS(call.execute(Noop{}), testing::ScriptMismatch);
}

TEST_CASE("ScriptedEnd: a program that waits for more than the script has would hang") {
    const auto end =
        std::make_shared<ScriptedEnd>("<< agi_version: 22.10.1\n<<\n>> ANSWER\n>> NOOP\n");
    Waiting call{end};
    CHECK_THROWS_AS(call.execute(Answer{}), testing::WouldHang);
}

TEST_CASE("Routed: a handler knows its route's parameters and the query") {
    Asterisk asterisk;
    asterisk.network = true;
    asterisk.entry("agi_request") = "agi://localhost/account/4%32?greeting=hello";
    const auto account = [](auto& call) {
        CHECK(call.parameter("id") == "42");
        CHECK(call.query("greeting") == "hello");
        CHECK(call.path() == "account/4%32");
        CHECK(call.id() == 1);
        CHECK_FALSE(call.server_stopping());
        call.execute(SetVariable{"ACCOUNT", *call.parameter("id")});
    };
    Blocking session{SimulatedStream{asterisk}};
    testing::routed("account/{id}", account)(session);
    CHECK(asterisk.value("ACCOUNT") == "42");

    Asterisk other = asterisk;
    Blocking again{SimulatedStream{other}};
    const auto elsewhere = testing::routed("balance/{id}", account);
    CHECK_THROWS_AS(elsewhere(again), std::invalid_argument);
}

TEST_CASE("Routed: is rehearsed") {
    Asterisk asterisk;
    asterisk.network = true;
    asterisk.entry("agi_request") = "agi://localhost/account/42";
    const auto rehearsal =
        testing::rehearse(asterisk, testing::routed("account/{id}", [](auto& call) {
                              call.execute(Answer{});
                              call.execute(SetVariable{"ACCOUNT", *call.parameter("id")});
                          }));
    INFO(rehearsal.summary());
    CHECK(rehearsal.passed());
    CHECK(rehearsal.steps == 2);
}

#ifdef AGI_HAS_COROUTINES

namespace {

using testing::SimulatedAsyncSession;

/// An ordinary function: no template.
Task<> ask_for_pin(SimulatedAsyncSession& call) {
    const GetData ask{"menu", 5s, 4};
    const auto pin = co_await call(ask);
    const SetVariable set{"PIN", pin.digits};
    co_await call(set);
    const StreamFile bye{"bye"};
    co_await call(bye);
}

Asterisk pin_call() {
    Asterisk asterisk;
    asterisk.channel.sounds = {{"menu", 4s}, {"bye", 1s}};
    asterisk.channel.caller.after("menu").press("1234");
    return asterisk;
}

}  // namespace

TEST_CASE("run_async: a coroutine in a simulated call") {
    Asterisk asterisk = pin_call();
    testing::run_async(asterisk, ask_for_pin);
    CHECK(asterisk.value("PIN") == "1234");
    CHECK(asterisk.channel.heard().size() == 2);

    CHECK_THROWS_AS(testing::run_async(asterisk,
                                       [](auto&) -> Task<> {
                                           throw std::domain_error{"x"};
                                           co_return;
                                       }),
                    std::domain_error);
}

TEST_CASE("rehearse_async: makes the call as rehearse does") {
    const auto rehearsal = testing::rehearse_async(pin_call(), ask_for_pin);
    INFO(rehearsal.summary());
    CHECK(rehearsal.passed());
    CHECK(rehearsal.steps == 3);
    CHECK(rehearsal.runs == 13);
    CHECK_FALSE(rehearsal.checked);

    testing::RehearsalOptions options;
    options.work_done = [](Asterisk& after, const testing::Run& run) {
        return run.loss != testing::Loss::none || after.value("PIN") == "1234";
    };
    CHECK(testing::rehearse_async(pin_call(), ask_for_pin, options).checked);
    CHECK(testing::rehearse_async(pin_call(), testing::routed("{any...}",
                                                              [](auto& call) -> Task<> {
                                                                  const Answer answer;
                                                                  CHECK(call.parameter("any") ==
                                                                        "");
                                                                  co_await call(answer);
                                                              }))
              .steps == 1);
}

TEST_CASE("rehearse_async: a coroutine that swallows NotSimulated does not pass") {
    const auto rehearsal = testing::rehearse_async(pin_call(), [](auto& call) -> Task<> {
        const Exec queue{"Queue", "support"};
        try {
            co_await call(queue);
        } catch (const std::exception&) {
        }
    });
    CHECK(rehearsal.problem.find("the script swallows NotSimulated: application Queue") !=
          std::string::npos);
}

TEST_CASE("rehearse_async: finds what is wrong with a coroutine") {
    const auto problem = [](auto script) {
        const std::string all = testing::rehearse_async(pin_call(), script).problem;
        return all.substr(0, all.find('\n'));
    };
    CHECK(problem([](auto& call) -> Task<> {
              for (;;) {
                  try {
                      const GetData ask{"menu", 5s, 4};
                      co_await call(ask);
                  } catch (const std::exception&) {
                  }
              }
          }) == "whole call: the script goes on and on");
    CHECK(problem([](auto& call) -> Task<> {
              co_await ask_for_pin(call);
              while (!call.hung_up()) {
              }
          }) == "whole call: the script goes on and on");
    CHECK(problem([](auto& call) -> Task<> {
              const WaitForDigit wait{-1ms};
              co_await call(wait);
          }) == "whole call: the script hangs: the program waits for the caller without end");
    CHECK(problem([](auto& call) -> Task<> {
              try {
                  co_await ask_for_pin(call);
              } catch (const AGIHangup&) {
                  throw std::runtime_error{"no clean-up"};
              }
          }) == "hang-up before command 1: an exception leaves the script: no clean-up");
}

#endif
