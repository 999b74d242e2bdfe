// SPDX-License-Identifier: MIT
#pragma once
// A simulated call as text: a ladder for people, a transcript for programs.

#include <agi/testing/asterisk.hpp>
#include <agi/testing/happening.hpp>
#include <agi/testing/simulator/rung.hpp>
#include <agi/version.hpp>
#include <agi/wire/escape.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace testing {

/// Draws the call: the caller, Asterisk, the program, and what went between them. An `!` marks what
/// went wrong. It is 77 columns wide, what fits into the message of a test that fails:
///
///     INFO(ladder(asterisk));
inline std::string ladder(const Asterisk& asterisk) {
    constexpr std::size_t left = 24;
    constexpr std::size_t right = 40;
    using Kind = Happening::Kind;
    std::string out = "  time    caller" + std::string(left - 6, ' ') + "Asterisk" +
                      std::string(right - 14, ' ') + "program\n";
    const auto row = [&](const Happening& what, const std::string& caller,
                         const std::string& program, bool bad = false) {
        const auto padded = [](std::string text, std::size_t width) {
            text.resize(std::max(text.size(), width), ' ');
            return text;
        };
        out += simulator::shown_time(what.time) + (bad ? " !|" : "  |") + padded(caller, left) +
               '|' + padded(program, right) + "|\n";
    };
    const auto to_caller = [](const std::string& text) {
        return simulator::rung(text, false, left);
    };
    const auto by_caller = [](const std::string& text) {
        return simulator::rung(text, true, left);
    };
    const auto to_program = [](std::string_view text) {
        return simulator::rung(simulator::shown_line(text), true, right);
    };
    const auto rows = [&](const Happening& what, std::string text, bool bad) {
        while (text.size() + 2 > right) {
            const std::size_t blank = text.rfind(' ', right - 2);
            const std::size_t end = blank == std::string::npos ? right - 2 : blank;
            row(what, {}, ' ' + text.substr(0, end), bad);
            text.erase(0, end == blank ? end + 1 : end);
        }
        row(what, {}, ' ' + text, bad);
    };
    const std::string unanswered = " (not answered)";
    bool said_unanswered = false;
    std::size_t environment = 0;
    for (const Happening& what : asterisk.channel.log()) {
        if (what.kind != Kind::environment && environment > 0) {
            row({}, {}, to_program("environment, " + std::to_string(environment) + " lines"));
            environment = 0;
        }
        switch (what.kind) {
            case Kind::environment: ++environment; break;
            case Kind::request:
                row(what, {}, simulator::rung(simulator::shown_line(what.text), false, right));
                break;
            case Kind::reply:
                row(what, {}, to_program(what.text), simulator::is_bad(what.text));
                break;
            case Kind::sound:
                row(what, to_caller(what.text.substr(0, what.text.find(unanswered))), {});
                if (what.text.find(unanswered) != std::string::npos &&
                    !std::exchange(said_unanswered, true)) {
                    row(what, unanswered, {});
                }
                break;
            case Kind::sound_cut: row(what, " " + what.text + " is cut", {}); break;
            case Kind::key: row(what, by_caller("key " + what.text), {}); break;
            case Kind::text: row(what, by_caller("text " + what.text), {}); break;
            case Kind::words: row(what, by_caller('"' + what.text + '"'), {}); break;
            case Kind::sent_text: row(what, to_caller("text " + what.text), {}); break;
            case Kind::hang_up: row(what, by_caller("hang-up"), {}, true); break;
            case Kind::signal: row(what, {}, to_program("SIGHUP")); break;
            case Kind::closed: row(what, {}, " Asterisk ends the session"); break;
            case Kind::broken: row(what, {}, " the connection is lost", true); break;
            case Kind::remark: rows(what, what.text, false); break;
            case Kind::not_simulated: rows(what, "NOT SIMULATED: " + what.text, true); break;
            default: row(what, {}, "the program waits, and nothing will come", true);
        }
    }
    return out;
}

/// The lines of the call in the form of a recording: ScriptedStream can play it. What the caller
/// does is in the remarks.
inline std::string transcript(const Asterisk& asterisk) {
    using Kind = Happening::Kind;
    std::string out;
    bool in_environment = false;
    for (const Happening& what : asterisk.channel.log()) {
        if (in_environment && what.kind != Kind::environment) out += "<< \\n\n";
        in_environment = what.kind == Kind::environment;
        const auto remark = [&](const std::string& text) {
            out += '#' + simulator::shown_time(what.time) + ' ' + wire::escaped(text) + '\n';
        };
        switch (what.kind) {
            case Kind::request: out += ">> " + wire::escaped(what.text) + "\\n\n"; break;
            case Kind::environment:
            case Kind::reply: out += "<< " + wire::escaped(what.text) + "\\n\n"; break;
            case Kind::sound: remark("the caller hears " + what.text); break;
            case Kind::sound_cut: remark(what.text + " is cut"); break;
            case Kind::key: remark("the caller presses " + what.text); break;
            case Kind::text: remark("the caller sends " + what.text); break;
            case Kind::words: remark("the caller says " + what.text); break;
            case Kind::sent_text: remark("the caller gets " + what.text); break;
            case Kind::hang_up: remark("the channel is hung up"); break;
            case Kind::signal: out += "!! SIGNAL SIGHUP\n"; break;
            case Kind::closed: out += "!! EOF from Asterisk\n"; break;
            case Kind::broken: out += "!! the connection is lost\n"; break;
            case Kind::remark: remark(what.text); break;
            case Kind::not_simulated: remark("not simulated: " + what.text); break;
            default: out += "!! the program waits, and nothing will come\n";
        }
    }
    if (in_environment) out += "<< \\n\n";
    return out;
}

}}}  // namespace agi::v0::testing
