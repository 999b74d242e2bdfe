// SPDX-License-Identifier: MIT
// Dialogues in coroutines, in virtual time: the same calls as those of blocking code, line by line.

#include "catch.hpp"
#include "ivr/async_scripts.hpp"

#ifdef AGI_HAS_COROUTINES

#include <agi/agi.hpp>
#include <agi/ivr/flow.hpp>
#include <agi/ivr/ivr.hpp>
#include <agi/testing/async_rehearsal.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/rehearsal.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

using namespace agi;
using namespace agi::ivr;
using namespace std::chrono_literals;
using testing::Asterisk;

namespace {

Asterisk call() {
    Asterisk asterisk;
    asterisk.network = true;
    asterisk.channel.any_sound = 2s;
    asterisk.channel.answered = true;
    return asterisk;
}

/// A question in blocking code and in a coroutine; checks that both make the same call.
template <class Spec>
auto ask_both(const Asterisk& begin, const Spec& spec, const Manners& manners = Manners::usual()) {
    Asterisk blocking = begin;
    Session session{testing::SimulatedStream{blocking}};
    const auto expected = spec(session, manners);
    Asterisk asterisk = begin;
    std::optional<std::decay_t<decltype(expected)>> got;
    testing::run_async(asterisk, [&](auto& async) -> Task<> {
        got = co_await spec(async, manners);
        CHECK(async.in_step());
    });
    CHECK(ladder(asterisk) == ladder(blocking));
    const auto rehearsal = testing::rehearse_async(
        begin, [&](auto& async) -> Task<> { co_await spec(async, manners); });
    INFO(rehearsal.problem);
    CHECK(rehearsal.passed());
    return *got;
}

Ask pin() {
    Ask made;
    made.prompt = {"your-account", Digits("0042"), "enter-pin"};
    made.digits = exactly(4);
    return made;
}

}  // namespace

TEST_CASE("coroutine: the scripts of keys have the outcome that they have in blocking code") {
    for (const auto& scripts : {ivr_tests::scripts(), ivr_tests::thoughtful_scripts()}) {
        for (const ivr_tests::Script& script : scripts) {
            CAPTURE(script.what, script.think);
            Asterisk asterisk;
            ivr_tests::give_sounds(asterisk);
            ivr_tests::plan(asterisk, script);
            std::string outcome;
            testing::run_async(asterisk, [&](auto& async) -> Task<> {
                outcome = co_await ivr_tests::dialogue_async(
                    async, ivr_tests::account(script.question), [&]() -> Task<> {
                        asterisk.channel.idle_until(asterisk.channel.now() +
                                                    std::chrono::milliseconds{script.think});
                        co_return;
                    });
            });
            INFO(ladder(asterisk));
            CHECK(outcome == script.outcome);
        }
    }
}

TEST_CASE("coroutine: every kind of question makes the call that blocking code makes") {
    Asterisk asterisk = call();
    asterisk.channel.caller.during("your-account")
        .press("12")
        .after("privacy-incorrect")
        .press("1234");
    const Entry entry = ask_both(asterisk, pin());
    CHECK(entry.digits == "1234");
    CHECK(entry.tries == 2);

    Asterisk confirmed = call();
    confirmed.channel.caller.during("your-account").press("1234").during("you-entered").press("1");
    CHECK(ask_both(confirmed, Confirm<Ask>{pin()}).digits == "1234");

    Asterisk chosen = call();
    chosen.channel.caller.during("main").press("307");
    const Menu<int> menu{{"main"}, {{"1", 1}, {"3XX", 3}}};
    CHECK(ask_both(chosen, menu).to == 3);

    Asterisk yes = call();
    yes.channel.caller.during("sure").press("1");
    const YesNo sure{{"sure"}};
    CHECK(ask_both(yes, sure).yes);

    Asterisk dated = call();
    dated.channel.caller.during("when").press("20261224");
    Date when;
    when.prompt = {"when"};
    CHECK(ask_both(dated, when).date == Calendar{2026, 12, 24});

    const Say say{{"welcome", Number(3)}, "#"};
    Asterisk said = call();
    said.channel.caller.during("welcome").press("#");
    CHECK(ask_both(said, say) == '#');

    Asterisk talked = call();
    talked.applications["Dial"] = [](testing::Call& now, const std::string&) {
        now.channel.idle_until(now.channel.now() + 30s);
        now.channel.variables["DIALSTATUS"] = "ANSWER";
        now.channel.variables["ANSWEREDTIME"] = "20";
        return now.channel.hung_up() ? -1 : 0;
    };
    const Dial dial{"PJSIP/desk"};
    CHECK(ask_both(talked, dial).talked == 20s);
    talked.channel.caller.at(25s).hang_up();
    CHECK(ask_both(talked, dial).caller_left);

    Asterisk recorded = call();
    recorded.channel.caller.after("beep").wait(4s).press("#").during("vm-review").press("1");
    const Record record{"/tmp/m"};
    CHECK(ask_both(recorded, record).kept == Kept::kept);
    Asterisk left = call();
    left.channel.caller.after("beep").wait(4s).hang_up();
    CHECK(ask_both(left, record).kept == Kept::hung_up);
}

TEST_CASE("coroutine: the total time is that of the call") {
    Asterisk asterisk = call();
    Ask slow = pin();
    slow.prompt = "enter-pin";
    slow.total = 10s;
    slow.tries = 1;
    for (const int second : {5, 8, 11, 13})
        asterisk.channel.caller.at(std::chrono::seconds{second}).press("1");
    CHECK(ask_both(asterisk, slow).digits == "111");
}

TEST_CASE("coroutine: Manners and a question that are gone before the task runs") {
    Asterisk asterisk = call();
    asterisk.channel.caller.during("enter-pin").press("0");
    End end = End::unfinished;
    testing::run_async(asterisk, [&](auto& async) -> Task<> {
        auto task = [&] {
            Manners house;
            house.attendant = '0';
            Ask ask;
            ask.prompt = {"enter-pin"};
            ask.keys = "123456789";
            return ask(async, house);
        }();
        const Entry entry = co_await std::move(task);
        end = entry.end;
    });
    CHECK(end == End::attendant);
}

TEST_CASE("coroutine: a check that waits") {
    Asterisk asterisk = call();
    asterisk.database["/pins/1234"] = "good";
    asterisk.channel.caller.during("your-account").press("1111").during("wrong-pin").press("1234");
    const Ask spec = pin();
    int checks = 0;
    testing::run_async(asterisk, [&](auto& async) -> Task<> {
        Asking asking{spec};
        while (co_await ask(async, asking)) {
            ++checks;
            const GetVariable get{"DB(pins/" + asking.digits() + ")"};
            if (co_await async(get) == "good") break;
            asking.reject("wrong-pin");
        }
        CHECK(asking.entry().tries == 2);
    });
    CHECK(checks == 2);
}

TEST_CASE("coroutine: what was entered before a hang-up can be had") {
    Asterisk asterisk = call();
    asterisk.channel.caller.during("your-account").press("12").then(1s).hang_up();
    Ask keywise = pin();
    keywise.cancel = '*';
    testing::run_async(asterisk, [&](auto& async) -> Task<> {
        Asking asking{keywise};
        bool hung_up = false;
        try {
            co_await run(async, asking);
        } catch (const AGIHangup&) {
            hung_up = true;
        }
        CHECK(hung_up);
        CHECK(asking.entry().digits == "12");
        CHECK(asking.entry().end == End::unfinished);
    });
}

TEST_CASE("coroutine: a flow, and the same ended at every step") {
    const Flow flow{
        {"start", Say{{"welcome"}}, {{"", "pin"}}},
        {"pin", pin(), {{"entered", "check"}, {"no_input", "bye"}, {"no_match", "bye"}}},
        {"check", Do{"check"}, {{"good", "bye"}, {"bad", "pin"}}},
        {"bye", Say{{"vm-goodbye"}}}};
    Asterisk begin = call();
    begin.database["/pins/1234"] = "good";
    begin.channel.caller.during("your-account").press("1111").then(5s).press("1234");

    const auto actions = [](auto& async, const std::string& action,
                            const Visits& so_far) -> Task<std::string> {
        CHECK(action == "check");
        const GetVariable get{"DB(pins/" + so_far.answer("pin") + ")"};
        co_return co_await async(get) == "good" ? "good" : "bad";
    };
    Visits visits;
    Asterisk asterisk = begin;
    testing::run_async(asterisk,
                       [&](auto& async) -> Task<> { visits = co_await flow(async, actions); });
    INFO(ladder(asterisk));
    CHECK(visits.last == "bye");
    CHECK(visits.path.size() == 6);
    CHECK(visits.answer("pin") == "1234");

    Asterisk blocking = begin;
    Session session{testing::SimulatedStream{blocking}};
    flow(session, [](auto& now, const std::string&, const Visits& so_far) {
        const GetVariable get{"DB(pins/" + so_far.answer("pin") + ")"};
        return get(now) == "good" ? "good" : "bad";
    });
    CHECK(ladder(asterisk) == ladder(blocking));

    const auto rehearsal = testing::rehearse_async(
        begin, [&](auto& async) -> Task<> { co_await flow(async, actions); });
    INFO(rehearsal.problem);
    CHECK(rehearsal.passed());
    CHECK(rehearsal.steps > 6);
}

#endif
