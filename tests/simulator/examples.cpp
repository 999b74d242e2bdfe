// SPDX-License-Identifier: MIT
// The examples on the simulated Asterisk, with their main() out of the way, and with the caller or the
// connection gone at every step.

#define main simulated_pin_main
#include "../../examples/pin.cpp"
#undef main
#define main simulated_dial_status_main
#include "../../examples/dial_status.cpp"
#undef main

#include "catch.hpp"
#include <agi/testing/rehearsal.hpp>

#include <string>

namespace {

using namespace agi::testing;

Asterisk pin_call() {
    Asterisk asterisk;
    asterisk.channel.sounds = {
        {"agent-pass", 2s}, {"auth-incorrect", 2s}, {"auth-thankyou", 1s}, {"vm-goodbye", 1s}};
    asterisk.channel.variables["PIN"] = "1234";
    return asterisk;
}

std::string pin(Asterisk& asterisk) {
    agi::Session session{SimulatedStream{asterisk}};
    return ask_pin(session);
}

bool broken(const Run& run) {
    return run.loss == Loss::broken_before || run.loss == Loss::broken_during;
}

}  // namespace

TEST_CASE("pin: calls on the simulator") {
    Asterisk right = pin_call();
    right.channel.caller.after("agent-pass").press("1234#");
    CHECK(pin(right) == "OK");

    Asterisk at_last = pin_call();
    at_last.channel.caller.during("agent-pass").press("99#").after("auth-incorrect").press("1234#");
    CHECK(pin(at_last) == "OK");
    CHECK(at_last.channel.keys() == "99#1234#");

    Asterisk wrong = pin_call();
    wrong.channel.caller.after("agent-pass").press("1#").after_sound(2).press("2#");
    CHECK(pin(wrong) == "WRONG");
    CHECK(wrong.channel.heard().back().sound == "vm-goodbye");

    Asterisk silent = pin_call();
    CHECK(pin(silent) == "NOTHING");
    CHECK(silent.channel.now() == 3 * (2s + 5s) + 1s);

    Asterisk unset = pin_call();
    unset.channel.variables.clear();
    CHECK(pin(unset) == "NOTHING");
    CHECK(unset.console.size() == 1);
}

TEST_CASE("pin: ends well wherever the call does") {
    Asterisk asterisk = pin_call();
    asterisk.channel.caller.after("agent-pass").press("99#").after("auth-incorrect").press("1234#");
    RehearsalOptions options;
    options.work_done = [](Asterisk& after, const Run& run) {
        return broken(run) || !after.value("PIN_RESULT").empty();
    };
    for (const bool network : {false, true}) {
        asterisk.network = network;
        const auto rehearsal = rehearse(
            asterisk,
            [](auto& session) {
                const char* result = "HANGUP";
                try {
                    result = ask_pin(session);
                } catch (const agi::AGIAppError&) {
                } catch (const agi::AGIDeadChannelError&) {
                }
                agi::SetVariable{"PIN_RESULT", result}(session);
            },
            options);
        INFO(rehearsal.problem);
        CHECK(rehearsal.passed());
        CHECK(rehearsal.steps == 5);
    }
}

TEST_CASE("dial_status: stores how it went wherever the call ends") {
    Asterisk asterisk;
    asterisk.channel.variables["DIAL"] = "PJSIP/bob";
    asterisk.applications["Dial"] = [](Call& call, const std::string& /*options*/) {
        call.channel.idle_until(call.channel.now() + 5s);
        call.channel.variables["DIALSTATUS"] = call.channel.hung_up() ? "CANCEL" : "BUSY";
        return call.channel.hung_up() ? -1 : 0;
    };
    {
        Asterisk call = asterisk;
        agi::Session session{SimulatedStream{call}};
        CHECK(dial_and_store(session) == "BUSY,,");
        CHECK(call.database.at("/dial_status/1700000000.1") == "BUSY,,");
    }
    RehearsalOptions options;
    options.work_done = [](Asterisk& after, const Run& run) {
        return broken(run) || after.database.size() == 1;
    };
    const auto rehearsal = rehearse(
        asterisk, [](auto& session) { dial_and_store(session); }, options);
    INFO(rehearsal.problem);
    CHECK(rehearsal.passed());
    CHECK(rehearsal.steps == 7);
}

TEST_CASE("Asterisk: ten thousand calls") {
    const Asterisk model = [] {
        Asterisk asterisk = pin_call();
        asterisk.channel.caller.after("agent-pass").press("1234#");
        return asterisk;
    }();
    int right = 0;
    for (int i = 0; i < 10000; ++i) {
        Asterisk asterisk = model;
        if (pin(asterisk) == "OK") ++right;
    }
    CHECK(right == 10000);
}
