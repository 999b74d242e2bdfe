// SPDX-License-Identifier: MIT
// The examples on the simulated Asterisk, with their main() out of the way, and with the caller or the
// connection gone at every step.

#define main simulated_hello_main
#include "../../examples/hello.cpp"
#undef main
#define main simulated_pin_main
#include "../../examples/pin.cpp"
#undef main
#define main simulated_dial_status_main
#include "../../examples/dial_status.cpp"
#undef main
#define main simulated_eagi_record_main
#include "../../examples/eagi_record.cpp"
#undef main
#define main simulated_eagi_silence_main
#include "../../examples/eagi_silence.cpp"
#undef main

#include "catch.hpp"
#include "temporary.hpp"
#include <agi/testing/rehearsal.hpp>
#include <agi/testing/simulated_audio.hpp>

#include <filesystem>
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
    ask_pin(session);
    return asterisk.value("PIN_RESULT");
}

bool broken(const Run& run) {
    return run.loss == Loss::broken_before || run.loss == Loss::broken_during;
}

}  // namespace

TEST_CASE("hello: a call on the simulator, and one that ends at every step") {
    Asterisk asterisk;
    asterisk.channel.sounds = {{"hello-world", 2s}};
    const Asterisk begin = asterisk;
    {
        agi::Session session{SimulatedStream{asterisk}};
        greet(session);
    }
    CHECK(asterisk.channel.heard().size() == 1);
    CHECK(asterisk.channel.hung_up());

    const auto rehearsal = rehearse(begin, [](auto& session) { greet(session); });
    INFO(rehearsal.problem);
    CHECK(rehearsal.passed());
    CHECK(rehearsal.steps == 3);
}

TEST_CASE("pin: calls on the simulator") {
    Asterisk right = pin_call();
    right.channel.caller.after("agent-pass").press("1234#");
    CHECK(pin(right) == "entered");

    Asterisk at_last = pin_call();
    at_last.channel.caller.during("agent-pass")
        .press("99#")
        .during("auth-incorrect")
        .press("1234#");
    CHECK(pin(at_last) == "entered");
    CHECK(at_last.channel.keys() == "99#1234#");

    Asterisk wrong = pin_call();
    wrong.channel.caller.after("agent-pass").press("1#").after_sound(3).press("2#");
    wrong.channel.caller.after_sound(5).press("55555#");
    CHECK(pin(wrong) == "no_match");
    CHECK(wrong.channel.heard().back().sound == "vm-goodbye");

    Asterisk silent = pin_call();
    CHECK(pin(silent) == "no_input");
    CHECK(silent.channel.now() == 3 * (2s + 5s) + 1s);

    Asterisk unset = pin_call();
    unset.channel.variables.clear();
    unset.channel.caller.after("agent-pass").press("1234#");
    CHECK(pin(unset) == "no_input");
}

TEST_CASE("pin: ends well wherever the call does") {
    Asterisk asterisk = pin_call();
    asterisk.channel.caller.after("agent-pass").press("99#").after("auth-incorrect").press("1234#");
    RehearsalOptions options;
    for (const bool network : {false, true}) {
        asterisk.network = network;
        const auto rehearsal = rehearse(
            asterisk,
            [](auto& session) {
                try {
                    ask_pin(session);
                } catch (const agi::AGIHangup&) {
                    session.after_hangup([](auto& call) {
                        agi::SetVariable{"PIN_RESULT", "hung up"}(call);
                    });
                }
            },
            options);
        INFO(rehearsal.problem);
        CHECK(rehearsal.passed());
        CHECK(rehearsal.steps == 8);
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
        CHECK(dial_and_store(session) == "BUSY,,0");
        CHECK(call.database.at("/dial_status/1700000000.1") == "BUSY,,0");
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

namespace {

Asterisk eagi_call() {
    Asterisk asterisk;
    asterisk.entry("agi_enhanced") = "1.0";
    asterisk.channel.sounds = {{"tt-weasels", 3s}};
    return asterisk;
}

Speech silence(Asterisk& asterisk) {
    agi::Session session{SimulatedStream{asterisk}};
    const SimulatedAudio caller{asterisk};
    agi::EagiAudio audio{session, caller.fd()};
    return wait_for_silence(session, audio);
}

}  // namespace

TEST_CASE("eagi_silence: calls on the simulator") {
    Asterisk falls_silent = eagi_call();
    falls_silent.channel.caller.at(3s).fall_silent();
    const Speech speech = silence(falls_silent);
    CHECK(speech.spoken == 3s);
    CHECK(speech.loudest == 8000);
    CHECK(falls_silent.channel.now() == 5s);

    Asterisk pauses = eagi_call();
    pauses.channel.caller.at(1s).fall_silent().at(2s).speak().at(4s).fall_silent();
    CHECK(silence(pauses).spoken == 4s);

    Asterisk presses = eagi_call();
    presses.channel.caller.at(6s).press("5");
    CHECK(silence(presses).spoken == 6s);  // with the frame that comes with the reply

    Asterisk talks_on = eagi_call();
    CHECK(silence(talks_on).spoken == 30s);
}

TEST_CASE("eagi_silence: ends well wherever the call does") {
    Asterisk asterisk = eagi_call();
    asterisk.channel.caller.at(3s).fall_silent();
    const auto rehearsal = rehearse(asterisk, [](auto& session) {
        const SimulatedAudio caller{session.stream().asterisk()};
        agi::EagiAudio audio{session, caller.fd()};
        wait_for_silence(session, audio);
    });
    INFO(rehearsal.problem);
    CHECK(rehearsal.passed());
    CHECK(rehearsal.steps == 3);
}

TEST_CASE("eagi_record: a call on the simulator") {
    Asterisk asterisk = eagi_call();
    asterisk.channel.caller.during("tt-weasels").wait(2s).press("1");
    const auto file = temporary_path("record.wav");
    {
        agi::Session session{SimulatedStream{asterisk}};
        const SimulatedAudio caller{asterisk};
        agi::EagiAudio audio{session, caller.fd()};
        record(session, audio, file.string());
    }
    CHECK(asterisk.console.back() == "eagi_record: key 1, gaps: 0");
    CHECK(std::filesystem::file_size(file) == 44 + 100 * 320);
    std::filesystem::remove(file);
}

TEST_CASE("eagi_record: ends well wherever the call does") {
    Asterisk asterisk = eagi_call();
    asterisk.channel.caller.during("tt-weasels").wait(2s).press("1");
    const auto file = temporary_path("record.wav");
    const auto rehearsal = rehearse(asterisk, [&](auto& session) {
        const SimulatedAudio caller{session.stream().asterisk()};
        agi::EagiAudio audio{session, caller.fd()};
        record(session, audio, file.string());
    });
    std::filesystem::remove(file);
    INFO(rehearsal.problem);
    CHECK(rehearsal.passed());
    CHECK(rehearsal.steps == 3);  // the format of the audio is asked for, too
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
        if (pin(asterisk) == "entered") ++right;
    }
    CHECK(right == 10000);
}
