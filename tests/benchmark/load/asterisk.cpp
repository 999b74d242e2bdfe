// SPDX-License-Identifier: MIT
#include "asterisk.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace load {
namespace {

struct Known {
    std::string_view command;
    std::string_view reply;
    Request request = Request::ordinary;
};

// The values have the format of Asterisk 18 to 22. A command stands before those that it begins.
constexpr Known known[] = {
    {"GET VARIABLE", "200 result=1 (some channel value)\n"},
    {"SET VARIABLE", "200 result=1\n"},
    {"STREAM FILE", "200 result=0 endpos=1234\n"},
    {"GET DATA", "200 result=1234\n"},
    {"SAY ", "200 result=0\n"},
    {"DATABASE GET", "200 result=1 (db value 42)\n"},
    {"EXEC", "200 result=0\n"},
    {"VERBOSE", "200 result=1\n"},
    {"ANSWER", "200 result=0\n"},
    {"HANGUP", "200 result=1\n", Request::hangup},
    {"WAIT FOR DIGIT", "200 result=49\n", Request::wait_for_digit},
    {"CHANNEL STATUS", "200 result=6\n"},
    {"GET FULL VARIABLE", "200 result=1 (some channel value)\n"},
    {"GET OPTION", "200 result=0 endpos=1234\n"},
    {"DATABASE ", "200 result=1\n"},
    {"NOOP", "200 result=0\n"},
    {"CONTROL STREAM FILE", "200 result=0 endpos=1234\n"},
    {"RECORD FILE", "200 result=0 (timeout) endpos=8000\n"},
    {"SET ", "200 result=0\n"},
    {"SEND ", "200 result=0\n"},
    {"RECEIVE TEXT", "200 result=1 (text)\n"},
    {"RECEIVE CHAR", "200 result=65\n"},
    {"TDD MODE", "200 result=1\n"},
    {"GOSUB", "200 result=0\n"},
    {"ASYNCAGI BREAK", "200 result=0\n"},
};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

/// As Asterisk splits a line: blanks separate, "..." groups, \ makes the next byte literal.
std::vector<std::string> split(std::string_view line) {
    std::vector<std::string> words;
    bool quoted = false;
    bool escaped = false;
    bool between = true;
    for (const char c : line) {
        if (c == '"' && !escaped) {
            quoted = !quoted;
            if (quoted && between) {
                words.emplace_back();
                between = false;
            }
            continue;
        }
        if ((c == ' ' || c == '\t') && !quoted && !escaped) {
            between = true;
            continue;
        }
        if (c == '\\' && !escaped) {
            escaped = true;
            continue;
        }
        if (between) words.emplace_back();
        between = false;
        escaped = false;
        words.back() += c;
    }
    return words;
}

struct Expected {
    std::size_t verb;  ///< How many of the words are the command, in any case.
    std::vector<std::string> words;
    std::size_t optional = 0;  ///< How many more may follow.
};

const Expected& expected(std::size_t index, std::size_t count) {
    static const Expected first{1, {"ANSWER"}};
    static const Expected last{1, {"HANGUP"}};
    static const std::vector<Expected> loop = {
        {2, {"GET", "VARIABLE", "x"}},
        {2, {"SET", "VARIABLE", "name", "some value with \"quotes\" and spaces"}},
        {2, {"STREAM", "FILE", "hello-world", "0123456789#*"}, 1},
        {2, {"GET", "DATA", "menu", "2000", "4"}},
        {2, {"SAY", "DIGITS", "1234", ""}},
        {2, {"DATABASE", "GET", "fam", "key"}},
        {1, {"EXEC", "Playback", "a,b"}},
        {1, {"VERBOSE", "loop done"}, 1},
    };
    if (index == 0) return first;
    if (index + 1 == count) return last;
    return loop[(index - 1) % loop.size()];
}

bool matches(const std::vector<std::string>& words, const Expected& wanted) {
    if (words.size() < wanted.words.size()) return false;
    if (words.size() > wanted.words.size() + wanted.optional) return false;
    for (std::size_t i = 0; i < wanted.words.size(); ++i) {
        const bool same = i < wanted.verb ? equal_ignoring_case(words[i], wanted.words[i])
                                          : words[i] == wanted.words[i];
        if (!same) return false;
    }
    return true;
}

}  // namespace

std::string environment(const std::string* script, const std::vector<std::string>& arguments) {
    std::string text;
    if (script != nullptr) {
        text += "agi_network: yes\nagi_network_script: " + *script + '\n';
        text += "agi_request: agi://127.0.0.1/" + *script + '\n';
    } else {
        text += "agi_request: ivr.agi\n";
    }
    text +=
        "agi_channel: PJSIP/alice-0000002a\n"
        "agi_language: en\n"
        "agi_type: PJSIP\n"
        "agi_uniqueid: 1763792205.42\n"
        "agi_version: 22.5.2\n"
        "agi_callerid: 2025550123\n"
        "agi_calleridname: Alice Example\n"
        "agi_callingpres: 0\n"
        "agi_callingani2: 0\n"
        "agi_callington: 0\n"
        "agi_callingtns: 0\n"
        "agi_dnid: 5000\n"
        "agi_rdnis: unknown\n"
        "agi_context: from-internal\n"
        "agi_extension: 5000\n"
        "agi_priority: 3\n"
        "agi_enhanced: 0.0\n"
        "agi_accountcode: \n"
        "agi_threadid: 140312345675520\n";
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        text += "agi_arg_" + std::to_string(i + 1) + ": " + arguments[i] + '\n';
    }
    return text + '\n';
}

void send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t size = ::write(fd, bytes.data(), bytes.size());
        if (size > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(size));
        } else if (errno != EINTR) {
            return;
        }
    }
}

void send_environment(int fd, std::string_view environment, bool line_by_line) {
    if (!line_by_line) {
        send_all(fd, environment);
        return;
    }
    while (!environment.empty()) {
        const std::size_t size = environment.find('\n') + 1;
        send_all(fd, environment.substr(0, size));
        environment.remove_prefix(size);
    }
}

Reply reply_to(std::string_view request) {
    for (const Known& entry : known) {
        if (equal_ignoring_case(request.substr(0, entry.command.size()), entry.command)) {
            return {entry.request, entry.reply};
        }
    }
    return {Request::unknown, "510 Invalid or unknown command\n"};
}

void WireCheck::session(const std::vector<std::string>& requests) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto words = split(requests[i]);
        if (matches(words, expected(i, requests.size()))) continue;
        ++wrong_;
        std::string example = requests[i] + " => ";
        for (const auto& word : words) example += '[' + word + ']';
        if (examples_.size() < 2000 && examples_.find(example) == std::string::npos) {
            examples_ += example + " ;; ";
        }
    }
}

}  // namespace load
