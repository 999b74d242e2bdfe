// SPDX-License-Identifier: MIT
// A rehearsal of scripts that never end, and what it says about what it has not looked at.

#include "catch.hpp"
#include <agi/agi.hpp>
#include <agi/testing/rehearsal.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

using namespace agi;
using namespace agi::testing;
using namespace std::chrono_literals;

namespace {

Asterisk with_menu() {
    Asterisk asterisk;
    asterisk.channel.sounds = {{"menu", 2s}};
    return asterisk;
}

}  // namespace

TEST_CASE("rehearse: a script that tries again for ever is told so") {
    const auto rehearsal = rehearse(with_menu(), [](auto& session) {
        for (;;) {
            try {
                GetData{"menu", 1s, 1}(session);
            } catch (const std::exception&) {  // the caller may try again
            }
        }
    });
    CHECK_FALSE(rehearsal.passed());
    CHECK(rehearsal.problem.find("the script goes on and on") != std::string::npos);
}

TEST_CASE("rehearse: one that tries again only when its call is lost is told so, too") {
    RehearsalOptions options;
    options.most_commands = 50;
    const auto rehearsal = rehearse(
        with_menu(),
        [](auto& session) {
            for (bool done = false; !done;) {
                try {
                    GetData{"menu", 1s, 1}(session);
                    done = true;
                } catch (const std::exception&) {
                }
            }
        },
        options);
    CHECK_FALSE(rehearsal.passed());
    CHECK(rehearsal.failed.loss == Loss::hang_up_before);
    CHECK(rehearsal.problem.find("the script goes on and on") != std::string::npos);
}

TEST_CASE("rehearse: one that tries again as long as its session refuses is told so, too") {
    RehearsalOptions options;
    options.most_commands = 50;
    const auto lost = [](auto& session) {
        for (bool done = false; !done;) {
            try {
                GetData{"menu", 1s, 1}(session);
                done = true;
            } catch (const AGISIGPIPEHangup&) {  // nothing is sent any more
            }
        }
    };
    const auto rehearsal = rehearse(with_menu(), lost, options);
    CHECK_FALSE(rehearsal.passed());
    CHECK(rehearsal.problem.find("the script goes on and on") != std::string::npos);
}

TEST_CASE("rehearse: one that swallows everything ends the process with a word") {
    const auto everything = [](auto& session) {
        for (;;) {
            try {
                StreamFile{"menu"}(session);
                return;
            } catch (...) {
            }
        }
    };
    int said[2];
    REQUIRE(::pipe(said) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);
        ::dup2(said[1], STDERR_FILENO);
        rehearse(with_menu(), everything);
        ::_exit(0);
    }
    ::close(said[1]);
    std::string words(200, '\0');
    const ssize_t size = ::read(said[0], words.data(), words.size());
    ::close(said[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    words.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    CHECK(words == "agi: the rehearsed script goes on and on, and swallows every exception\n");
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
}

TEST_CASE("rehearse: says what was checked and what was not") {
    const auto script = [](auto& session) { StreamFile{"menu"}(session); };
    const auto bare = rehearse(with_menu(), script);
    CHECK(bare.passed());
    CHECK_FALSE(bare.checked);
    CHECK(bare.summary() ==
          "5 calls, 1 command: the script always ended, by no exception that it may not throw. "
          "NOTHING ELSE WAS CHECKED: RehearsalOptions::work_done is not set.");
    RehearsalOptions options;
    options.work_done = [](Asterisk&, const Run&) { return true; };
    const auto checked = rehearse(with_menu(), script, options);
    CHECK(checked.checked);
    CHECK(checked.summary().find("What has to be done was done.") != std::string::npos);
}

TEST_CASE("rehearse: one that swallows NotSimulated does not pass, and the ladder shows why") {
    RehearsalOptions options;
    if (GENERATE(false, true)) options.work_done = [](Asterisk&, const Run&) { return true; };
    const std::string text =
        GENERATE("EXEC Queue x", "GET VARIABLE RAND(1,2)", "SET VARIABLE RAND(1,2) 3",
                 R"(GET FULL VARIABLE "$[FLOOR(1.5)]")");
    CAPTURE(text);
    const auto rehearsal = rehearse(
        with_menu(),
        [&](auto& session) {
            try {
                RawCommand{text}(session);
            } catch (const std::exception&) {
            }
        },
        options);
    CHECK_FALSE(rehearsal.passed());
    CHECK(rehearsal.problem.find("whole call: the script swallows NotSimulated: ") == 0);
    CHECK(rehearsal.problem.find(" !|                        | NOT SIMULATED: ") !=
          std::string::npos);
}

TEST_CASE("rehearse: what is taken for missing on purpose is no problem") {
    Asterisk asterisk = with_menu();
    asterisk.missing_if_not_simulated = true;
    CHECK(rehearse(asterisk, [](auto& session) { GetVariable{"RAND(1,2)"}(session); }).passed());
}
