// SPDX-License-Identifier: MIT
// The examples with dialogues on the simulated Asterisk, with their main() out of the way.

#define main ivr_clinic_main
#include "../../examples/clinic.cpp"
#undef main
#define main ivr_payment_main
#include "../../examples/payment.cpp"
#undef main
#define main ivr_directory_main
#include "../../examples/directory.cpp"
#undef main
#define main ivr_survey_main
#include "../../examples/survey.cpp"
#undef main
#define main ivr_speak_main
#include "../../examples/speak.cpp"
#undef main

#include "catch.hpp"
#include "temporary.hpp"
#include <agi/ivr/flow_check.hpp>
#include <agi/ivr/flow_explorer.hpp>
#include <agi/testing/explorer.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/rehearsal.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace agi::testing;

Asterisk example_call() {
    Asterisk asterisk;
    asterisk.channel.any_sound = 1s;
    asterisk.channel.answered = true;
    return asterisk;
}

std::string file_of_appointments() {
    const std::filesystem::path file = temporary_path("appointments");
    std::ofstream{file} << "111111 2026-13-24 10:30\n123456 2026-12-24 10:30\n";
    return file.string();
}

Asterisk clinic_call() {
    Asterisk asterisk = example_call();
    asterisk.channel.variables = {
        {"APPOINTMENTS", file_of_appointments()}, {"MESSAGES", "/tmp"}, {"DESK", "PJSIP/desk"}};
    asterisk.applications["Dial"] = [](Call& call, const std::string& /*options*/) {
        call.channel.idle_until(call.channel.now() + 5s);
        call.channel.variables["DIALSTATUS"] = call.channel.hung_up() ? "CANCEL" : "BUSY";
        return call.channel.hung_up() ? -1 : 0;
    };
    return asterisk;
}

template <class Script>
auto made(Asterisk& asterisk, Script script) {
    agi::Session session{SimulatedStream{asterisk}};
    return script(session);
}
template <class Script>
void check_rehearsal(const Asterisk& asterisk, Script script) {
    const auto rehearsal = rehearse(asterisk, [&](auto& session) { script(session); });
    INFO(rehearsal.problem);
    CHECK(rehearsal.passed());
    CHECK(rehearsal.steps > 3);
}

}  // namespace

TEST_CASE("clinic: the appointment of a patient, read back") {
    Asterisk asterisk = clinic_call();
    asterisk.channel.caller.during("hello")
        .press("1")
        .during("agent-user")
        .press("123456")
        .during("if-correct-press")
        .press("1");
    const Asterisk begin = asterisk;
    CHECK(made(asterisk, [](auto& call) { return clinic(call); }) == "told 123456");
    CHECK(asterisk.requests().at(asterisk.requests().size() - 3) ==
          "SAY DATETIME 1798108200 \"\" \"ABd\" \"UTC\"");
    CHECK(asterisk.requests().back() == "SAY DATETIME 1798108200 \"\" \"IMp\" \"UTC\"");
    check_rehearsal(begin, [](auto& call) { clinic(call); });

    Asterisk unknown = clinic_call();
    unknown.channel.caller.during("hello")
        .press("1")
        .during("agent-user")
        .press("111111")
        .during("if-correct-press")
        .press("1");
    CHECK(made(unknown, [](auto& call) { return clinic(call); }) == "no appointment");
}

TEST_CASE("clinic: a message, after a busy desk too") {
    for (const char* key : {"2", "0"}) {
        Asterisk asterisk = clinic_call();
        asterisk.channel.caller.during("hello")
            .press(key)
            .after("beep")
            .wait(5s)
            .press("#")
            .during("vm-review")
            .press("1");
        const Asterisk begin = asterisk;
        CHECK(made(asterisk, [](auto& call) { return clinic(call); }) == "message");
        CHECK(asterisk.recorded.count("/tmp/1700000000.1") == 1);
        check_rehearsal(begin, [](auto& call) { clinic(call); });
    }
    Asterisk silent = clinic_call();
    CHECK(made(silent, [](auto& call) { return clinic(call); }) == "no_input");
}

TEST_CASE("clinic: every answer, and every end") {
    Asterisk asterisk = clinic_call();
    std::string desk;
    asterisk.applications["Dial"] = [&](Call& call, const std::string& /*options*/) {
        call.channel.variables["DIALSTATUS"] = desk;
        return 0;
    };
    const Explorer* explorer = nullptr;
    ExplorerOptions options;
    options.rehearse = false;  // the calls above are
    options.answers = [](const Wait& wait) -> std::vector<std::string> {
        if (wait.sound == "agent-user") return {"", "123456", "111111", "12#"};
        return {"", "0", "1", "2", "3", "*", "#"};
    };
    // What is pressed leads somewhere else for each patient and each state of the desk.
    options.place = [&](const Wait& wait) {
        const bool known = explorer->plan().find("123456") != std::string::npos;
        return desk + '/' + wait.sound + '/' + std::to_string(std::min(wait.times, 3)) +
               (known ? "/known" : "");
    };
    std::set<std::string> ends;
    const auto exploration = explore(
        asterisk,
        [&](auto& call, Explorer& by) {
            explorer = &by;
            desk = by.choose("desk", {"BUSY", "ANSWER", "NOANSWER"});
            ends.insert(clinic(call));
        },
        options);
    INFO(exploration.problem);
    CHECK(exploration.passed());
    CHECK(exploration.calls > 30);
    CHECK(ends == std::set<std::string>{"message", "no appointment", "no message", "no_input",
                                        "no_match", "talked", "told 123456"});
}

TEST_CASE("payment: card, month and amount, and no secret in the trace") {
    Asterisk asterisk = example_call();
    asterisk.channel.caller.during("vm-enter-num-to-call")
        .press("4111111111111111")
        .during("digits/12")
        .press("1228")
        .during("conf-enteringno")
        .press("12*5#")
        .during("if-correct-press")
        .press("1");
    const Asterisk begin = asterisk;
    std::string trace;
    agi::SessionOptions options;
    options.trace = [&](agi::Direction, std::string_view line) {
        trace.append(line).append(1, '\n');
    };
    agi::Session session{SimulatedStream{asterisk}, std::move(options)};
    CHECK(payment(session));
    INFO(ladder(asterisk));
    CHECK(asterisk.value("CARD") == "4111111111111111");
    CHECK(asterisk.value("EXPIRY") == "1228");
    CHECK(asterisk.value("AMOUNT") == "1250");
    CHECK(trace.find("4111") == std::string::npos);
    CHECK(trace.find("111111") == std::string::npos);
    CHECK(trace.find("1228") == std::string::npos);
    check_rehearsal(begin, [](auto& call) { payment(call); });
}

TEST_CASE("payment: every answer, and both ends") {
    const Asterisk asterisk = example_call();
    ExplorerOptions options;
    options.rehearse = false;  // the call above is
    options.answers = [](const Wait& wait) -> std::vector<std::string> {
        if (wait.sound == "vm-enter-num-to-call")
            return {"4111111111111111", "4111111111111112", ""};
        if (wait.sound == "digits/30") return {"1228", "1328", "12", ""};
        if (wait.sound == "conf-enteringno") return {"12*5#", "0*50#", "1001#", "#", ""};
        return {"1", "2", ""};
    };
    std::set<std::string> ends;
    const auto exploration = explore(
        asterisk,
        [&](auto& call) {
            const bool paid = payment(call);
            const std::string amount = agi::GetVariable{"AMOUNT"}(call).value_or("");
            ends.insert(paid ? "paid " + amount : "nothing" + amount);
        },
        options);
    INFO(exploration.problem);
    CHECK(exploration.passed());
    CHECK(exploration.calls > 15);
    // Under 1.00, over 1,000.00 or without a digit no amount is taken.
    CHECK(ends == std::set<std::string>{"nothing", "paid 1250"});
}

TEST_CASE("directory: every answer, and whom it finds") {
    Asterisk asterisk = example_call();
    asterisk.channel.variables["PEOPLE"] = "Smith=PJSIP/101,Smirnov=PJSIP/102,Miller=PJSIP/103";
    ExplorerOptions options;
    options.answers = [](const Wait& wait) -> std::vector<std::string> {
        if (wait.command.rfind("GET DATA", 0) == 0 || wait.sound == "dir-intro-fn" ||
            wait.sound == "dir-nomatch") {
            return {"764", "645", "222", "7#", ""};
        }
        return {"1", "2", "9", ""};
    };
    // Who was found decides what comes after it.
    const Explorer* explorer = nullptr;
    options.place = [&](const Wait& wait) {
        const bool smiths = explorer->plan().find("764") != std::string::npos;
        return wait.sound + '/' + std::to_string(std::min(wait.times, 3)) +
               (smiths ? "/smiths" : "");
    };
    std::set<std::string> ends;
    const auto exploration = explore(
        asterisk,
        [&](auto& call, Explorer& by) {
            explorer = &by;
            ends.insert(directory(call));
        },
        options);
    INFO(exploration.problem);
    CHECK(exploration.passed());
    CHECK(exploration.calls > 15);
    CHECK(ends == std::set<std::string>{"", "PJSIP/101", "PJSIP/102", "PJSIP/103"});
}

TEST_CASE("directory: letters, and who is meant") {
    Asterisk asterisk = example_call();
    asterisk.channel.variables["PEOPLE"] = "Smith=PJSIP/101,Smirnov=PJSIP/102,Miller=PJSIP/103";
    asterisk.channel.caller.during("dir-intro-fn")
        .press("222")
        .during("dir-nomatch")
        .press("764")
        .during("say alpha Smith")
        .press("2")
        .during("say alpha Smirnov")
        .press("1");
    const Asterisk begin = asterisk;
    CHECK(made(asterisk, [](auto& call) { return directory(call); }) == "PJSIP/102");
    check_rehearsal(begin, [](auto& call) { directory(call); });
    Asterisk silent = example_call();
    CHECK(made(silent, [](auto& call) { return directory(call); }).empty());
}

TEST_CASE("survey: a call, and every way through it") {
    const auto flow = survey_flow("/tmp");
    CHECK(agi::ivr::flow_problems(flow).empty());
    const auto exploration = agi::ivr::explore(flow);
    INFO(exploration.problem);
    CHECK(exploration.passed());
    CHECK(exploration.missed == std::vector<std::string>{});

    Asterisk asterisk = example_call();
    asterisk.channel.caller.during("if-correct-press")
        .press("1")
        .during("conf-usermenu")
        .press("2")
        .after("beep")
        .wait(4s)
        .hang_up();
    const Asterisk begin = asterisk;
    CHECK(made(asterisk, [](auto& call) { return survey(call); }) == "why");
    CHECK(asterisk.value("STARS") == "2");
    CHECK(asterisk.recorded.count("/tmp/why") == 1);
    check_rehearsal(begin, [](auto& call) { survey(call); });
}

TEST_CASE("speak: text becomes a sound, once") {
    const std::filesystem::path folder = temporary_path("tts");
    std::filesystem::remove_all(folder);
    int spoken = 0;
    const agi::ivr::SpeechEngine engine = [&](std::string_view text, std::string_view language,
                                              const std::filesystem::path& file) {
        ++spoken;
        CHECK(text == "Hello Alice");
        CHECK(language == "en");
        std::ofstream{file} << "sound";
        return true;
    };
    for (int i = 0; i < 2; ++i) {
        Asterisk asterisk = example_call();
        asterisk.channel.variables = {{"TEXT", "Hello Alice"}, {"TTS_FOLDER", folder.string()}};
        made(asterisk, [&](auto& call) {
            speak(call, engine);
            return 0;
        });
        REQUIRE(asterisk.channel.heard().size() == 1);
        CHECK(std::filesystem::exists(asterisk.channel.heard()[0].sound + ".sln"));
    }
    CHECK(spoken == 1);
    std::filesystem::remove_all(folder);
}

TEST_CASE("speak: converts what an engine writes") {
    const std::filesystem::path wav = temporary_path("speak.wav");
    const std::filesystem::path sln = temporary_path("speak.sln");
    const auto write = [&](unsigned rate, unsigned channels) {
        std::string bytes(44, '\0');
        bytes[22] = static_cast<char>(channels);
        bytes[24] = static_cast<char>(rate & 0xffU);
        bytes[25] = static_cast<char>(rate >> 8U);
        bytes[34] = 16;
        for (int i = 0; i < 1600; ++i) bytes.append({'\x10', '\xff'});  // -240
        std::ofstream{wav, std::ios::binary} << bytes;
    };
    write(16000, 1);
    REQUIRE(convert(wav, sln));
    CHECK(std::filesystem::file_size(sln) == 1600);
    std::ifstream in{sln, std::ios::binary};
    const std::string samples{std::istreambuf_iterator<char>{in}, {}};
    CHECK(samples.substr(0, 4) == std::string{"\x10\xff\x10\xff"});
    write(16000, 2);
    CHECK_FALSE(convert(wav, sln));
    std::filesystem::remove(wav);
    std::filesystem::remove(sln);
}
