// SPDX-License-Identifier: MIT
// Speech recognition, with an engine of the test's own where Asterisk can have one.

#include "catch.hpp"
#include "scenario.hpp"
#include "speech_engine.hpp"
#include <agi/ivr/ivr.hpp>

#include <string>

using namespace live;
using namespace std::chrono_literals;

namespace {

void recognized(Session& session, ReportWriter& report, const std::string& name,
                const agi::SpeechRecognize& command) {
    attempt(report, name, [&] {
        const auto result = command(session);
        constexpr const char* ends[] = {"speech", "digit", "timeout", "hangup"};
        report(name + ".end", ends[static_cast<int>(result.ended_by)]);
        report(name + ".key", key_name(result.digit));
        report(name + ".size", result.results.size());
        for (std::size_t i = 0; i < result.results.size(); ++i) {
            const auto number = '.' + std::to_string(i);
            report(name + number + ".score", result.results[i].score);
            report(name + number + ".text", result.results[i].text);
            report(name + number + ".grammar", result.results[i].grammar);
        }
    });
}

LIVE_PROGRAM(speech) {
    agi::SpeechCreate{"engine"}(session);
    attempt(report, "second", [&] { agi::SpeechCreate{"engine"}(session); });
    agi::SpeechSet{"hear", "two"}(session);
    recognized(session, report, "two", {"tt-weasels", 5s});
    agi::SpeechSet{"hear", "nothing"}(session);
    recognized(session, report, "nothing", {"beep", 5s});
    agi::SpeechSet{"hear", "no end"}(session);
    recognized(session, report, "timeout", {"beep", 1s});
    recognized(session, report, "digit", {"tt-weasels", 5s, agi::SampleOffset{800}});
    agi::SpeechDestroy{}(session);
    attempt(report, "destroyed", [&] { agi::SpeechDestroy{}(session); });
    agi::SpeechCreate{}(session);  // the only engine is the default one
}

/// Questions that are answered with words, and one with keys all the same.
LIVE_PROGRAM(speech_dialogue) {
    agi::SpeechCreate{"engine"}(session);
    agi::SpeechSet{"hear", "two"}(session);
    agi::ivr::Ask number;
    number.prompt = {"beep", "tt-weasels"};
    number.digits = agi::ivr::exactly(4);
    number.first_key = 2s;
    number.next_key = 2s;
    number.tries = 1;
    number.speech = agi::ivr::listen(
        [](std::string_view words) { return std::string{words == "hello world" ? "1234" : ""}; });
    const auto ask = [&](const std::string& name) {
        const agi::ivr::Entry entry = number(session);
        report(name + ".end", to_string(entry.end));
        report(name + ".digits", entry.digits);
        report(name + ".heard", entry.heard);
    };
    ask("words");
    agi::ivr::Menu<int> menu{{"beep"}, {{"1", 1, "goodbye"}, {"2", 2, "hello world"}}};
    menu.speech = agi::ivr::listen();
    const auto choice = menu(session);
    report("menu", choice.to.value_or(0));
    report("menu.keys", choice.keys);
    agi::SpeechSet{"hear", "nothing"}(session);
    ask("nothing");
    agi::SpeechSet{"hear", "no end"}(session);
    ask("keys");
}

LIVE_PROGRAM(speech_hang_up) {
    agi::SpeechCreate{"engine"}(session);
    recognized(session, report, "hang-up", {"tt-weasels", 20s});
    report("source", session.hangup_source() == agi::HangupSource::reply);
    attempt(report, "dead", [&] { agi::SpeechCreate{"engine"}(session); });
    attempt(report, "destroy", [&] { agi::SpeechDestroy{}(session); });
}

/// What every command says of a missing engine or object, or of grammars that it does not have.
void refused(Session& session, ReportWriter& report) {
    attempt(report, "create", [&] { agi::SpeechCreate{"no such engine"}(session); });
    attempt(report, "load", [&] { agi::SpeechLoadGrammar{"g", "/no/such/grammar"}(session); });
    attempt(report, "activate", [&] { agi::SpeechActivateGrammar{"g"}(session); });
    attempt(report, "deactivate", [&] { agi::SpeechDeactivateGrammar{"g"}(session); });
    attempt(report, "unload", [&] { agi::SpeechUnloadGrammar{"g"}(session); });
}

LIVE_PROGRAM(speech_without_engine) {
    refused(session, report);
    attempt(report, "set", [&] { agi::SpeechSet{"name", 1}(session); });
    attempt(report, "recognize", [&] { agi::SpeechRecognize{"beep", 1s}(session); });
    attempt(report, "destroy", [&] { agi::SpeechDestroy{}(session); });
}

LIVE_PROGRAM(speech_without_grammars) {
    agi::SpeechCreate{"engine"}(session);
    refused(session, report);
}

void check_refused(const Report& report) {
    for (const char* name : {"create", "load", "activate", "deactivate", "unload"}) {
        INFO(name);
        CHECK(report[name] == "AGIAppError");
    }
}

int engine_port() { return std::stoi(Asterisk::get().setting("AEAP_PORT")); }

/// res_speech_aeap came with 18.12.
bool has_engine() { return Asterisk::get().version() >= 20; }

}  // namespace

TEST_CASE("Speech: without an engine every command says no") {
    Scenario call{speech_without_engine};
    const auto report = call.report();
    INFO(report["error"]);

    check_refused(report);
    for (const char* name : {"set", "recognize", "destroy"}) CHECK(report[name] == "AGIAppError");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("SpeechRecognize: results, no match, silence, a key") {
    if (!has_engine()) return;
    const SpeechEngine engine{engine_port()};
    Scenario call{speech};
    for (int i = 0; i < 4; ++i) call.wait_for_command("SPEECH RECOGNIZE");
    call.press("5");
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["second"] == "AGIAppError");
    CHECK(report["two.end"] == "speech");
    CHECK(report["two.key"] == "none");
    CHECK(report["two.size"] == "2");
    // Asterisk turns the engine's order round.
    CHECK(report["two.0.score"] == "87");
    CHECK(report["two.0.text"] == "hello world");
    CHECK(report["two.0.grammar"] == "greetings");
    CHECK(report["two.1.score"] == "12");
    CHECK(report["two.1.text"] == "yellow \"word\" (2), score1=9");
    CHECK(report["two.1.grammar"].empty());
    CHECK(report["nothing.end"] == "speech");
    CHECK(report["nothing.size"] == "0");
    CHECK(report["timeout.end"] == "timeout");
    CHECK(report["digit.end"] == "digit");
    CHECK(report["digit.key"] == "5");
    CHECK(report["destroyed"] == "AGIAppError");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("Ask: speech beside keys, on a running Asterisk") {
    if (!has_engine()) return;
    const SpeechEngine engine{engine_port()};
    Scenario call{speech_dialogue};
    for (int i = 0; i < 4; ++i) call.wait_for_command("SPEECH RECOGNIZE");
    call.press("5678");
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["words.end"] == "entered");
    CHECK(report["words.digits"] == "1234");
    CHECK(report["words.heard"] == "hello world");
    CHECK(report["menu"] == "2");
    CHECK(report["menu.keys"] == "2");
    CHECK(report["nothing.end"] == "no_input");
    CHECK(report["keys.end"] == "entered");
    CHECK(report["keys.digits"] == "5678");
    CHECK(report["keys.heard"].empty());
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("SpeechRecognize: a hang-up") {
    if (!has_engine()) return;
    const SpeechEngine engine{engine_port()};
    Scenario call{speech_hang_up};
    call.wait_for_command("SPEECH RECOGNIZE");
    call.hang_up();
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["hang-up.end"] == "hangup");
    CHECK(report["source"] == "true");
    CHECK(report["dead"] == "AGIDeadChannelError");
    CHECK(report["destroy"] == "done");
    CHECK(call.status() == "HANGUP");
}

TEST_CASE("SpeechLoadGrammar, SpeechActivateGrammar...: refused by an engine without grammars") {
    if (!has_engine()) return;
    const SpeechEngine engine{engine_port()};
    Scenario call{speech_without_grammars};
    const auto report = call.report();
    INFO(report["error"]);

    check_refused(report);
    CHECK(call.status() == "SUCCESS");
}
