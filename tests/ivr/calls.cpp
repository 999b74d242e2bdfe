// SPDX-License-Identifier: MIT
// Dialogues in simulated calls: keys with their times, hang-ups at every step, secrets.

#include "catch.hpp"
#include "ivr/scripts.hpp"
#include <agi/agi.hpp>
#include <agi/ivr/ivr.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/rehearsal.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace agi::ivr;
using namespace agi::testing;
using namespace std::chrono_literals;

namespace {

Asterisk call() {
    Asterisk asterisk;
    asterisk.channel.any_sound = 2s;
    asterisk.channel.answered = true;
    return asterisk;
}

template <class Spec>
auto ask(Asterisk& asterisk, const Spec& spec, const Manners& manners = Manners::usual()) {
    agi::Session session{SimulatedStream{asterisk}};
    auto result = spec(session, manners);
    INFO(ladder(asterisk));
    CHECK(session.in_step());
    return result;
}

Ask pin_question() {
    Ask made;
    made.prompt = {"your-account", Digits("0042"), "enter-pin"};
    made.digits = exactly(4);
    return made;
}

}  // namespace

TEST_CASE("Ask: in a call, a key during any part stops all of it and is kept") {
    for (const char* sound : {"your-account", "say digits 0042", "enter-pin"}) {
        CAPTURE(sound);
        Asterisk asterisk = call();
        asterisk.channel.caller.during(sound).press("1234");
        const Entry entry = ask(asterisk, pin_question());
        CHECK(entry.digits == "1234");
        CHECK(entry.tries == 1);
        CHECK_FALSE(asterisk.channel.heard().back().whole);
    }
}

TEST_CASE("Ask: in a call, the # after a full entry does not reach the next question") {
    Asterisk asterisk = call();
    asterisk.channel.caller.during("your-account").press("1234#");
    asterisk.channel.caller.after("enter-age").press("42#");
    agi::Session session{SimulatedStream{asterisk}};
    CHECK(pin_question()(session).digits == "1234");
    Ask age;
    age.prompt = "enter-age";
    age.digits = between(1, 3);
    const Entry entry = age(session);
    CHECK(entry.digits == "42");
    CHECK(entry.tries == 1);
}

TEST_CASE("Ask: the total time is that of the call") {
    Asterisk asterisk = call();
    Ask slow = pin_question();
    slow.prompt = "enter-pin";
    slow.total = 10s;
    slow.tries = 1;
    for (const int second : {5, 8, 11, 13})
        asterisk.channel.caller.at(std::chrono::seconds{second}).press("1");
    const Entry entry = ask(asterisk, slow);
    CHECK(entry.end == End::no_match);
    CHECK(entry.digits == "111");
    CHECK(asterisk.channel.now() == 12s);
}

TEST_CASE("Ask: the first timeout begins when the prompt ends") {
    Asterisk asterisk = call();
    asterisk.channel.any_sound = 60s;
    Ask one = pin_question();
    one.tries = 1;
    CHECK(ask(asterisk, one).end == End::no_input);
    CHECK(asterisk.channel.now() == 60s + 2s + 60s + 5s);
}

TEST_CASE("Ask: a hang-up anywhere ends it as one") {
    Asterisk asterisk = call();
    asterisk.channel.caller.after("enter-pin").press("12").after("privacy-incorrect").press("1234");
    const auto rehearsal = rehearse(asterisk, [](auto& session) { pin_question()(session); });
    INFO(rehearsal.problem);
    CHECK(rehearsal.passed());
    CHECK(rehearsal.steps == 7);
}

TEST_CASE("Ask: what was entered before a hang-up can be had") {
    Asterisk asterisk = call();
    asterisk.channel.caller.during("your-account").press("12").then(1s).hang_up();
    Ask keywise = pin_question();
    keywise.cancel = '*';
    agi::Session session{SimulatedStream{asterisk}};
    Asking asking{keywise};
    CHECK_THROWS_AS(run(session, asking), agi::AGIException);
    CHECK(asking.entry().digits == "12");
    CHECK(asking.entry().end == End::unfinished);
}

TEST_CASE("Ask: a check of one's own between two tries") {
    Asterisk asterisk = call();
    asterisk.channel.caller.during("your-account").press("1111").during("wrong-pin").press("1234");
    agi::Session session{SimulatedStream{asterisk}};
    const Ask spec = pin_question();
    Asking asking{spec};
    int checks = 0;
    while (ask(session, asking)) {
        ++checks;
        if (asking.digits() == "1234") break;
        asking.reject("wrong-pin");
    }
    CHECK(checks == 2);
    CHECK(asking.entry().tries == 2);
}

TEST_CASE("Ask: what is secret shows nowhere") {
    Asterisk asterisk = call();
    asterisk.channel.caller.during("your-account").press("4711").during("you-entered").press("1");
    Ask secret = pin_question();
    secret.prompt = {"your-account", "enter-pin"};
    secret.secret = true;
    const Confirm confirm{secret};
    std::string trace;
    agi::SessionOptions options;
    options.trace = [&](agi::Direction, std::string_view line) {
        trace.append(line).append(1, '\n');
    };
    agi::Session session{SimulatedStream{asterisk}, std::move(options)};
    REQUIRE(confirm(session).digits == "4711");
    CHECK(trace.find("711") == std::string::npos);
    CHECK(trace.find("result=52") == std::string::npos);
    CHECK(trace.find("GET DATA \"\" 5000 3") != std::string::npos);
}

TEST_CASE("Ask: in a call, scripts of keys that Asterisk is asked with, too") {
    for (const auto& scripts : {ivr_tests::scripts(), ivr_tests::thoughtful_scripts()}) {
        for (const ivr_tests::Script& script : scripts) {
            CAPTURE(script.what, script.think);
            Asterisk asterisk;
            asterisk.network = true;
            ivr_tests::give_sounds(asterisk);
            ivr_tests::plan(asterisk, script);
            agi::Session session{SimulatedStream{asterisk}};
            const std::string outcome =
                ivr_tests::dialogue(session, ivr_tests::account(script.question), [&] {
                    asterisk.channel.idle_until(asterisk.channel.now() +
                                                std::chrono::milliseconds{script.think});
                });
            INFO(ladder(asterisk));
            CHECK(outcome == script.outcome);
        }
    }
}

TEST_CASE("Menu: in a call, extensions beside keys") {
    enum class To { sales, desk };
    const Menu<To> menu{{"main"}, {{"1", To::sales}, {"3XX", To::desk}}};
    Asterisk asterisk = call();
    asterisk.channel.caller.during("main").press("307");
    const auto choice = ask(asterisk, menu);
    REQUIRE(choice);
    CHECK(*choice.to == To::desk);
    CHECK(choice.keys == "307");
    const auto rehearsal = rehearse(call(), [&](auto& session) { menu(session); });
    INFO(rehearsal.problem);
    CHECK(rehearsal.passed());
}

TEST_CASE("Record: in a call, a message that is reviewed, and one that a hang-up ends") {
    const Record record{"/tmp/m"};
    Asterisk asterisk = call();
    asterisk.channel.caller.after("beep")
        .wait(4s)
        .press("#")
        .during("vm-review")
        .press("2")
        .during("vm-review")
        .press("1");
    const Recording kept = ask(asterisk, record);
    CHECK(kept.kept == Kept::kept);
    CHECK(kept.length > 3s);
    CHECK(std::count_if(asterisk.channel.heard().begin(), asterisk.channel.heard().end(),
                        [](const Heard& heard) { return heard.sound == "/tmp/m"; }) == 1);

    Asterisk gone = call();
    gone.channel.caller.after("beep").wait(4s).hang_up();
    CHECK(ask(gone, record).kept == Kept::hung_up);
    Asterisk later = call();
    later.channel.caller.after("beep").wait(4s).press("#").during("vm-review").hang_up();
    CHECK(ask(later, record).kept == Kept::hung_up);
}

TEST_CASE("Dial: in a call, whoever hangs up") {
    const Dial dial{"PJSIP/desk"};
    Asterisk asterisk = call();
    asterisk.applications["Dial"] = [](Call& now, const std::string& options) {
        CHECK(options == "PJSIP/desk,30,g");
        now.channel.idle_until(now.channel.now() + 30s);
        now.channel.variables["DIALSTATUS"] = "ANSWER";
        now.channel.variables["ANSWEREDTIME"] = "20";
        return now.channel.hung_up() ? -1 : 0;
    };
    Asterisk left = asterisk;
    left.channel.caller.at(25s).hang_up();
    const Dialled talked = ask(asterisk, dial);
    CHECK(talked);
    CHECK(talked.talked == 20s);
    CHECK_FALSE(talked.caller_left);
    const Dialled gone = ask(left, dial);
    CHECK(gone.caller_left);
    CHECK(gone.talked == 20s);
}

TEST_CASE("Prompt: in a call, it is said to its end, and a missing sound is passed over") {
    Asterisk asterisk;
    asterisk.channel.sounds = {{"you-have", 1s}, {"credits", 1s}};
    asterisk.channel.caller.during("you-have").press("1");
    agi::Session session{SimulatedStream{asterisk}};
    const Prompt balance{"you-have", Number(3), "nothing", Pause(300ms), "credits"};
    balance(session);
    const auto& heard = asterisk.channel.heard();
    REQUIRE(heard.size() == 3);
    CHECK(heard[2].sound == "credits");
    CHECK(heard[2].whole);
    CHECK(asterisk.agistatus() == "FAILURE");  // which is why there is Manners::has_sound

    Asterisk looked = asterisk;
    Manners careful;
    careful.has_sound = [](std::string_view sound, std::string_view language) {
        CHECK(language == "en");
        return sound != "nothing";
    };
    Asterisk fresh;
    fresh.channel.sounds = {{"you-have", 1s}, {"credits", 1s}};
    agi::Session second{SimulatedStream{fresh}};
    balance(second, careful);
    CHECK(fresh.agistatus() == "SUCCESS");
}

TEST_CASE("Ask: speech in a call, beside keys") {
    Ask number = pin_question();
    number.prompt = "enter-pin";
    number.speech = agi::ivr::listen();
    for (const bool says : {true, false}) {
        Asterisk asterisk = call();
        asterisk.speech_engines = {"any"};
        if (says) {
            asterisk.channel.caller.during("enter-pin").say("1234");
        } else {
            asterisk.channel.caller.during("enter-pin").press("1234");
        }
        agi::Session session{SimulatedStream{asterisk}};
        agi::SpeechCreate{}(session);
        const Entry entry = number(session);
        CHECK(entry.digits == "1234");
        CHECK(entry.heard == (says ? "1234" : ""));
    }
}

TEST_CASE("Ask: a call needs no more commands than careful code by hand") {
    const auto commands = [](const auto& spec, const auto& plan) {
        Asterisk asterisk = call();
        plan(asterisk.channel.caller);
        ask(asterisk, spec);
        return asterisk.requests().size();
    };
    Ask one = pin_question();
    one.prompt = "enter-pin";
    CHECK(commands(one, [](Caller& caller) { caller.during("enter-pin").press("1234"); }) == 2);
    CHECK(commands(one, [](Caller& caller) { caller.after("enter-pin").press("1234"); }) == 2);
    one.check = [](std::string_view digits) { return digits == "1234"; };
    CHECK(commands(one, [](Caller& caller) {
              caller.during("enter-pin").press("1111").during("privacy-incorrect").press("1234");
          }) == 4);
    CHECK(commands(one, [](Caller& caller) {
              caller.after("enter-pin").press("1111").after_sound(3).press("1234");
          }) == 5);

    const Menu<int> menu{{"main"}, {{"1", 1}, {"2", 2}}};
    CHECK(commands(menu, [](Caller& caller) { caller.during("main").press("1"); }) == 1);
    CHECK(commands(menu, [](Caller& caller) { caller.after("main").press("1"); }) == 2);

    Ask six;
    six.prompt = "agent-user";
    six.digits = exactly(6);
    const Confirm<Ask> confirm{six};
    CHECK(commands(confirm, [](Caller& caller) {
              caller.during("agent-user").press("123456").during("you-entered").press("1");
          }) == 3);
    CHECK(commands(confirm, [](Caller& caller) {
              caller.after("agent-user").press("123456").after("say number 1").press("1");
          }) == 7);
}

TEST_CASE("Ask: an error of a check is no missing sound") {
    for (const bool during : {true, false}) {
        Asterisk asterisk = call();
        asterisk.channel.caller.during("enter-pin").press(during ? "1" : "");
        if (!during) asterisk.channel.caller.after("enter-pin").press("1");
        agi::Session session{SimulatedStream{asterisk}};
        Ask ask = pin_question();
        ask.prompt = "enter-pin";
        ask.digits = exactly(1);
        int checks = 0;
        ask.check = [&checks](std::string_view) -> Objection {
            ++checks;
            throw agi::AGIAppError("check", "the database is away");
        };
        CHECK_THROWS_WITH(ask(session), Catch::Matchers::Contains("database"));
        CHECK(checks == 1);
    }
}

TEST_CASE("Confirm, Say: of what is secret, no sound shows either") {
    Asterisk asterisk = call();
    asterisk.channel.sounds["digits/4"] = asterisk.channel.sounds["digits/7"] = 1s;
    asterisk.channel.caller.during("enter-pin").press("4711");
    std::string trace;
    agi::SessionOptions options;
    options.trace = [&](agi::Direction, std::string_view line) {
        trace.append(line).append(1, '\n');
    };
    agi::Session session{SimulatedStream{asterisk}, std::move(options)};
    Say{{"digits/4", "digits/7"}, "", true}(session);
    Ask secret = pin_question();
    secret.prompt = "enter-pin";
    secret.secret = true;
    Confirm<Ask> confirm{secret};
    confirm.before = {};
    confirm.read_back = [](std::string_view) { return Prompt{"digits/4", "digits/7", "gone/4"}; };
    Manners careful;
    careful.has_sound = [](std::string_view sound, std::string_view) { return sound != "gone/4"; };
    const Entry entry = confirm(session, careful);
    CHECK(trace.find("enter-pin") != std::string::npos);
    CHECK(trace.find("digits/") == std::string::npos);
    CHECK(trace.find("gone") == std::string::npos);
    CHECK(entry.missing == "(secret)");

    Manners strict;
    strict.missing = Missing::error;
    confirm.read_back = [](std::string_view digits) {
        return Prompt{Spoken("it is " + std::string{digits})};
    };
    for (const bool speaks : {true, false}) {
        if (speaks) strict.speak = [](std::string_view, std::string_view) { return ""; };
        if (!speaks) strict.speak = {};
        Asterisk second = call();
        second.channel.caller.during("enter-pin").press("4711");
        agi::Session other{SimulatedStream{second}};
        CHECK_THROWS_WITH(confirm(other, strict), !Catch::Matchers::Contains("4711"));
    }
}
