// SPDX-License-Identifier: MIT
// What a command was, in words, for somebody who looks on.
#pragma once

#include <agi/testing/words.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

// A command that has ended.
struct Done {
    std::string request;
    std::string reply;  // empty: there was none, a new command has ended it
    std::string keys;   // pressed meanwhile
    bool hung_up = false;
};

struct Description {
    std::string text;
    const char* colour = "";
};

class Describer {
  public:
    explicit Describer(bool utf8) : note_{utf8 ? "♪ " : "* "} {}

    // What stands before the name of a sound.
    [[nodiscard]] const std::string& note() const { return note_; }

    [[nodiscard]] Description operator()(const Done& done) const {
        if (done.reply.substr(0, 4) == "510 ")
            return {"no such command: " + cut(done.request), red};
        if (done.reply.substr(0, 3) == "520") return {"wrong arguments: " + cut(done.request), red};
        if (done.reply.substr(0, 4) == "511 ")
            return {"the call is over: " + cut(done.request), yellow};
        const Words words = words_of(done.request);
        const std::string sound = name_of_sound(words);
        if (!sound.empty()) return {note_ + sound + outcome(done), colour_of(done)};
        if (done.reply.empty()) return {cut(done.request) + outcome(done), yellow};
        return {described(words, done), done.hung_up ? yellow : ""};
    }

    // The sound that a command plays; empty: none.
    [[nodiscard]] static std::string sound_of(const std::string& request) {
        return name_of_sound(words_of(request));
    }

    // What a command waits for, in words: which keys, what ends it, how long.
    [[nodiscard]] static std::string wanted(const std::string& request) {
        const Words words = words_of(request);
        const std::string first = verb(words);
        if (first == "GET DATA") {
            const int most = std::atoi(word(words, 4).c_str());
            const std::string keys = most == 1  ? "one key"
                                     : most > 0 ? "up to " + std::to_string(most) + " keys, # ends"
                                                : "keys, # ends";
            return keys + ", " + time_of(word(words, 3), 2000);
        }
        if (first == "GET OPTION") {
            return "one of " + shown_keys(word(words, 3)) + ", " + time_of(word(words, 4), 5000);
        }
        if (first == "WAIT FOR") return "any key, " + time_of(word(words, 3), 0);
        if (first == "STREAM FILE" || word(words, 0) == "SAY") {
            return word(words, 3).empty() ? std::string{}
                                          : shown_keys(word(words, 3)) + " stops it";
        }
        if (first == "CONTROL STREAM") return "# forward, * back" + more_keys(word(words, 4));
        if (first == "RECORD FILE") return shown_keys(word(words, 4)) + " ends it";
        return {};
    }

  private:
    using Words = std::vector<std::string>;

    // A command may be written in any case.
    static Words words_of(const std::string& request) {
        Words words = agi::testing::words(request);
        for (std::size_t i = 0; i < words.size() && i < 2; ++i) {
            for (char& c : words[i]) {
                if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
            }
            if (i == 0 && one_word(words[0])) break;
        }
        return words;
    }
    static bool one_word(const std::string& verb) {
        for (const char* const one : {"ANSWER", "EXEC", "GOSUB", "HANGUP", "NOOP", "VERBOSE"}) {
            if (verb == one) return true;
        }
        return false;
    }
    static std::string shown_keys(const std::string& keys) {
        std::string out;
        for (const char key : keys) {
            if (!out.empty()) out += ' ';
            out += key;
        }
        return out.empty() ? "no key" : out;
    }
    static std::string more_keys(const std::string& keys) {
        return keys.empty() ? std::string{} : ", " + shown_keys(keys) + " stops it";
    }
    static std::string time_of(const std::string& milliseconds, long usual) {
        const long time = milliseconds.empty() ? usual : std::atol(milliseconds.c_str());
        if (time < 0) return "as long as it takes";
        char text[32];
        std::snprintf(text, sizeof text, "%g s", static_cast<double>(time) / 1000);
        return text;
    }

    static constexpr const char* red = "31";
    static constexpr const char* yellow = "33";

    static std::string word(const Words& words, std::size_t at) {
        return at < words.size() ? words[at] : std::string{};
    }
    static std::string verb(const Words& words) { return word(words, 0) + ' ' + word(words, 1); }

    // Commands that play something.
    static std::string name_of_sound(const Words& words) {
        const std::string first = verb(words);
        if (first == "STREAM FILE" || first == "GET DATA" || first == "GET OPTION") {
            return word(words, 2).empty() ? "(no sound)" : word(words, 2);
        }
        if (first == "CONTROL STREAM") return word(words, 3);
        if (words.size() > 2 && words[0] == "SAY") return agi::testing::said_sound(words);
        return {};
    }

    static std::string result(const Done& done) {
        return done.reply.size() > 11 ? done.reply.substr(11) : std::string{};
    }
    static bool failed(const Done& done) { return result(done).substr(0, 2) == "-1"; }

    static std::string outcome(const Done& done) {
        const bool nothing = done.keys.empty() && result(done) == " (timeout)";
        std::string keys = nothing             ? "   no keys"
                           : done.keys.empty() ? ""
                                               : "   keys: " + done.keys;
        if (done.reply.empty()) return keys + "   ended by the next command";
        if (failed(done)) return keys + (done.hung_up ? "   you hang up" : "   cannot be played");
        return keys;
    }
    static const char* colour_of(const Done& done) {
        if (done.reply.empty()) return yellow;
        if (!failed(done)) return "";
        return done.hung_up ? yellow : red;
    }

    static std::string described(const Words& words, const Done& done) {
        const std::string first = verb(words);
        const std::string keys = done.keys.empty() ? "" : "   keys: " + done.keys;
        // What a program does that has the call over AMI.
        if (word(words, 3).substr(0, 10) == "agi-claim:") return "a program takes the call";
        if (first == "ASYNCAGI BREAK") return "the program lets the call go on";
        if (word(words, 0) == "ANSWER") return "answered";
        if (word(words, 0) == "HANGUP") return "the program hangs up";
        if (word(words, 0) == "VERBOSE") return "console: " + word(words, 1);
        if (first == "RECORD FILE") return "records " + word(words, 2) + ": " + result(done) + keys;
        if (first == "WAIT FOR")
            return "waits for a key" + (failed(done) ? std::string{"   you hang up"} : keys);
        if (first == "SET VARIABLE") return word(words, 2) + " is now \"" + word(words, 3) + '"';
        if (first == "GET VARIABLE") {
            const std::string value = result(done);
            if (value.size() < 4) return word(words, 2) + " is not set";
            return word(words, 2) + " is \"" + value.substr(3, value.size() - 4) + '"';
        }
        return cut(done.request) + ": " + cut(result(done));
    }

    // What is long enough to be understood.
    static std::string cut(const std::string& text) {
        constexpr std::size_t most = 120;
        return text.size() <= most ? text : text.substr(0, most) + "...";
    }

    std::string note_;
};
