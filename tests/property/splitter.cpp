// SPDX-License-Identifier: MIT
// Whatever a text holds, Asterisk reads that text, and nothing else, or it is not sent.

#include "catch.hpp"
#include "property/asterisk.hpp"
#include "property/random.hpp"
#include <agi/command/call.hpp>
#include <agi/command/database.hpp>
#include <agi/command/dialplan.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/record.hpp>
#include <agi/command/say.hpp>
#include <agi/command/say_time.hpp>
#include <agi/command/speech.hpp>
#include <agi/command/speech_grammar.hpp>
#include <agi/command/speech_recognize.hpp>
#include <agi/command/text.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/session.hpp>
#include <agi/testing/words.hpp>
#include <agi/wire/escape.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace agi;
using namespace property;

namespace {

using Words = std::vector<std::string>;

/// Keeps the last line, and calls every command unknown. The session's own marks are echoed.
class Sink {
  public:
    bool read_line(std::string& line) {
        line = environment_ == 0 ? reply_ : environment_ == 1 ? "" : "agi_request: property";
        if (environment_ > 0) --environment_;
        return true;
    }
    void write_line(std::string_view line) {
        constexpr std::string_view mark = "GET FULL VARIABLE \"agi-mark-";
        if (line.substr(0, mark.size()) == mark) {
            reply_.assign("200 result=1 (")
                .append(line.substr(19, line.size() - 20))
                .append(1, ')');
            return;
        }
        reply_ = "510 Invalid or unknown command";
        line_.assign(line);
        ++lines_;
    }
    [[nodiscard]] const std::string& line() const { return line_; }
    [[nodiscard]] std::size_t lines() const { return lines_; }

  private:
    int environment_ = 2;
    std::string reply_;
    std::string line_;
    std::size_t lines_ = 0;
};

constexpr std::size_t longest_line = 2046;

bool has_any(const std::string& text, std::string_view bytes) {
    return text.find_first_of(bytes) != std::string::npos;
}

/// Whether a line can carry the text, and it is not an injected line end.
bool sendable(const std::string& text) { return !has_any(text, {"\n\r\0", 3}); }

/// What a member holds that must not be empty.
bool named(const std::string& text) { return sendable(text) && !text.empty(); }

/// Sends commands with random texts in one of their members.
class Sender {
  public:
    explicit Sender(unsigned seed) : random{seed} {}

    /// `make` makes the command from the text; `good` says whether it is to be sent; `words` is
    /// what Asterisk then has to read.
    template <class Make, class Good, class Expected>
    void check(const std::string& text, Make make, Good good, Expected expected) {
        ++cases;
        const std::size_t before = session_.stream().lines();
        bool sent = false;
        std::size_t size = 0;
        try {
            const auto command = make(text);
            size = command.request().view().size();
            session_.execute(command);
        } catch (const AGIInvalidCommandError&) {
            sent = true;
        } catch (const AGIArgumentError&) {
        }
        if (session_.stream().lines() != before + (sent ? 1 : 0)) {
            FAIL("refused, and yet sent: " + wire::shown(text));
        }
        if (sent != (good(text) && size <= longest_line)) {
            FAIL((sent ? "sent: " : "not sent: ") + wire::shown(text));
        }
        if (!sent) return;
        ++accepted;
        const std::string& line = session_.stream().line();
        if (line.find('\n') != std::string::npos || asterisk_words(line) != expected(text)) {
            FAIL("sent " + wire::shown(line) + " for " + wire::shown(text));
        }
    }

    /// The same for a member that is a word of the line as it is.
    template <class Make>
    void word(std::size_t times, Make make, const Words& before, const Words& after = {}) {
        word(times, make, sendable, before, after);
    }
    template <class Make, class Good>
    void word(std::size_t times, Make make, Good good, const Words& before,
              const Words& after = {}) {
        for (std::size_t i = 0; i < times; ++i) {
            check(random.text(), make, good, [&](const std::string& text) {
                Words words = before;
                words.push_back(text);
                words.insert(words.end(), after.begin(), after.end());
                return words;
            });
        }
    }

    Random random;
    std::size_t cases = 0;
    std::size_t accepted = 0;

  private:
    Session<Sink> session_{Sink{}};
};

}  // namespace

TEST_CASE("Splitter: text is read as it was given, in every position of every command") {
    using S = const std::string&;
    constexpr std::size_t times = 500;
    const std::chrono::system_clock::time_point epoch{};
    const auto variable = [](S s) { return named(s) && s.substr(0, 2) != "${"; };
    Sender send{1};
    send.word(times, [](S s) { return Hangup{s}; }, {"HANGUP"});
    send.word(times, [](S s) { return ChannelStatus{s}; }, {"CHANNEL", "STATUS"});
    send.word(times, [](S s) { return SetMusic{true, s}; }, {"SET", "MUSIC", "on"});
    send.word(times, [](S s) { return DatabaseGet{s, "k"}; }, {"DATABASE", "GET"}, {"k"});
    send.word(times, [](S s) { return DatabaseGet{"f", s}; }, {"DATABASE", "GET", "f"});
    send.word(times, [](S s) { return DatabasePut{s, "k", "v"}; }, {"DATABASE", "PUT"}, {"k", "v"});
    send.word(times, [](S s) { return DatabasePut{"f", s, "v"}; }, {"DATABASE", "PUT", "f"}, {"v"});
    send.word(times, [](S s) { return DatabasePut{"f", "k", s}; }, {"DATABASE", "PUT", "f", "k"});
    send.word(times, [](S s) { return DatabaseDel{s, "k"}; }, {"DATABASE", "DEL"}, {"k"});
    send.word(times, [](S s) { return DatabaseDel{"f", s}; }, {"DATABASE", "DEL", "f"});
    send.word(times, [](S s) { return DatabaseDeltree{s, {}, true}; }, {"DATABASE", "DELTREE"});
    send.word(times, [](S s) { return DatabaseDeltree{"f", s}; }, {"DATABASE", "DELTREE", "f"});
    send.word(
        times,
        [](S s) {
            return Exec{s, "o"};
        },
        [](S s) { return named(s) && !has_any(s, "(,/ "); }, {"EXEC"}, {"o"});
    send.word(times, [](S s) { return Gosub{s, "e", 1}; }, named, {"GOSUB"}, {"e", "1"});
    send.word(times, [](S s) { return Gosub{"c", s, 1}; }, named, {"GOSUB", "c"}, {"1"});
    send.word(times, [](S s) { return Gosub{"c", "e", s}; }, named, {"GOSUB", "c", "e"});
    send.word(times, [](S s) { return Gosub{"c", "e", 1, s}; }, {"GOSUB", "c", "e", "1"});
    send.word(times, [](S s) { return SetContext{s}; }, named, {"SET", "CONTEXT"});
    send.word(times, [](S s) { return SetExtension{s}; }, named, {"SET", "EXTENSION"});
    send.word(times, [](S s) { return SetPriority{s}; }, named, {"SET", "PRIORITY"});
    send.word(times, [](S s) { return GetData{s}; }, {"GET", "DATA"}, {"2000", "255"});
    send.word(times, [](S s) { return GetOption{s}; }, named, {"GET", "OPTION"}, {"", "5000"});
    send.word(times, [](S s) { return StreamFile{s}; }, named, {"STREAM", "FILE"}, {""});
    send.word(times, [](S s) { return ControlStreamFile{s}; }, named, {"CONTROL", "STREAM", "FILE"},
              {""});
    send.word(times, [](S s) { return RecordFile{s}; }, named, {"RECORD", "FILE"},
              {"wav", "", "-1"});
    send.word(
        times,
        [](S s) {
            return RecordFile{"f", s};
        },
        [](S s) {
            return named(s) && !has_any(s, "*#") &&
                   has_any(s, "abcdefghijklmnopqrstuvwxyzEFGHIJKLMNOPQRSTUVWXYZ");
        },
        {"RECORD", "FILE", "f"}, {"", "-1"});
    send.word(times, [](S s) { return SayAlpha{s}; }, {"SAY", "ALPHA"}, {""});
    send.word(times, [](S s) { return SayPhonetic{s}; }, {"SAY", "PHONETIC"}, {""});
    send.word(times, [&](S s) { return SayDatetime{epoch, "", s}; }, {"SAY", "DATETIME", "0", ""});
    send.word(
        times,
        [&](S s) {
            return SayDatetime{epoch, "", "Y", s};
        },
        [](S s) { return sendable(s) && !has_any(s, "' "); }, {"SAY", "DATETIME", "0", "", "Y"});
    send.word(times, [](S s) { return Verbose{s}; }, {"VERBOSE"}, {"1"});
    send.word(times, [](S s) { return SpeechCreate{s}; }, {"SPEECH", "CREATE"});
    send.word(times, [](S s) { return SpeechSet{s, "v"}; }, named, {"SPEECH", "SET"}, {"v"});
    send.word(times, [](S s) { return SpeechSet{"n", s}; }, {"SPEECH", "SET", "n"});
    send.word(times,
              [](S s) {
                  return SpeechLoadGrammar{s, "p"};
              },
              named, {"SPEECH", "LOAD", "GRAMMAR"}, {"p"});
    send.word(times,
              [](S s) {
                  return SpeechLoadGrammar{"n", s};
              },
              named, {"SPEECH", "LOAD", "GRAMMAR", "n"});
    send.word(times, [](S s) { return SpeechUnloadGrammar{s}; }, named,
              {"SPEECH", "UNLOAD", "GRAMMAR"});
    send.word(times, [](S s) { return SpeechActivateGrammar{s}; }, named,
              {"SPEECH", "ACTIVATE", "GRAMMAR"});
    send.word(times, [](S s) { return SpeechDeactivateGrammar{s}; }, named,
              {"SPEECH", "DEACTIVATE", "GRAMMAR"});
    send.word(times, [](S s) { return SpeechRecognize{s}; }, {"SPEECH", "RECOGNIZE"}, {"10"});
    send.word(times, [](S s) { return SendText{s}; }, {"SEND", "TEXT"});
    send.word(times, [](S s) { return SendImage{s}; }, named, {"SEND", "IMAGE"});
    send.word(times, [](S s) { return GetVariable{s}; }, variable, {"GET", "VARIABLE"});
    send.word(times, [](S s) { return SetVariable{s, "v"}; }, variable, {"SET", "VARIABLE"}, {"v"});
    send.word(times, [](S s) { return SetVariable{"X", s}; }, {"SET", "VARIABLE", "X"});
    send.word(times, [](S s) { return GetFullVariable{s}; }, {"GET", "FULL", "VARIABLE"});
    send.word(
        times,
        [](S s) {
            return GetFullVariable{"${X}", s};
        },
        [](S s) { return sendable(s) && s.find("${") == std::string::npos; },
        {"GET", "FULL", "VARIABLE", "${X}"});
    CHECK(send.cases == 47 * times);
    CHECK(send.accepted > send.cases * 8 / 10);
    CHECK(send.accepted < send.cases);
}

TEST_CASE("Splitter: text that may have a CR is read as it was given") {
    using S = const std::string&;
    constexpr std::size_t times = 10000;
    Sender send{2};
    const auto good = [](S s) { return !has_any(s, {"\n\0", 2}); };
    for (std::size_t i = 0; i < times; ++i) {
        std::string text = send.random.text();
        if (i % 2 == 0) text.insert(send.random.below(text.size() + 1), "\r");
        send.check(
            text,
            [](S s) {
                return SetVariable{"X", s, CarriageReturn::allow};
            },
            good,
            [](S s) {
                return Words{"SET", "VARIABLE", "X", s};
            });
        send.check(
            text,
            [](S s) {
                return DatabasePut{"f", "k", s, CarriageReturn::allow};
            },
            good,
            [](S s) {
                return Words{"DATABASE", "PUT", "f", "k", s};
            });
    }
    CHECK(send.cases == 2 * times);
    CHECK(send.accepted > send.cases * 8 / 10);
    CHECK(send.accepted < send.cases);
}

TEST_CASE("Splitter: an optional text that is empty is not sent") {
    using S = const std::string&;
    constexpr std::size_t times = 10000;
    Sender send{3};
    for (std::size_t i = 0; i < times; ++i) {
        const std::string text = send.random.text();
        send.check(
            text, [](S s) { return Noop{s}; }, sendable,
            [](S s) {
                return s.empty() ? Words{"NOOP"} : Words{"NOOP", s};
            });
        send.check(
            text,
            [](S s) {
                return Exec{"App", s};
            },
            sendable,
            [](S s) {
                return s.empty() ? Words{"EXEC", "App"} : Words{"EXEC", "App", s};
            });
    }
    CHECK(send.cases == 2 * times);
    CHECK(send.accepted > send.cases * 8 / 10);
}

TEST_CASE("Splitter: a text that has to be of some form") {
    using S = const std::string&;
    constexpr std::size_t times = 10000;
    Sender send{4};
    const auto begins_with_number = [](S s) {
        const std::size_t sign = s.substr(0, 1) == "-" ? 1 : 0;
        return s.size() > sign && s[sign] >= '0' && s[sign] <= '9' && sendable(s);
    };
    for (std::size_t i = 0; i < times; ++i) {
        std::string text = send.random.text();
        if (i % 4 != 0) text.insert(0, i % 2 == 0 ? "1" : "-20");
        send.check(
            text, [](S s) { return SayDigits{s}; }, begins_with_number,
            [](S s) {
                return Words{"SAY", "DIGITS", s, ""};
            });
        send.check(
            send.random.text(), [](S s) { return DatabaseDeltree{s}; },
            [](S s) { return !s.empty() && sendable(s); },
            [](S s) {
                return Words{"DATABASE", "DELTREE", s};
            });
    }
    CHECK(send.cases == 2 * times);
    CHECK(send.accepted > send.cases / 2);
    CHECK(send.accepted < send.cases);
}

TEST_CASE("Splitter: escape digits are read as they were given, in every command") {
    using S = const std::string&;
    constexpr std::size_t times = 1800;
    constexpr std::string_view keys = "0123456789*#ABCD";
    const std::chrono::system_clock::time_point epoch{};
    Sender send{5};
    const auto good = [&](S s) {
        return s.size() <= 31 && s.find_first_not_of(keys) == std::string::npos;
    };
    const auto check = [&](auto make, const Words& before, const Words& after) {
        for (std::size_t i = 0; i < times; ++i) {
            std::string text;
            for (std::size_t n = send.random.below(34); n > 0; --n) text += send.random.of(keys);
            if (i % 4 == 0) text.insert(send.random.below(text.size() + 1), 1, send.random.byte());
            send.check(text, make, good, [&](S s) {
                Words words = before;
                words.push_back(s);
                words.insert(words.end(), after.begin(), after.end());
                return words;
            });
        }
    };
    check([](S s) { return StreamFile{"f", s}; }, {"STREAM", "FILE", "f"}, {});
    check(
        [](S s) {
            return ControlStreamFile{"f", s, {}, no_key, no_key};
        },
        {"CONTROL", "STREAM", "FILE", "f"}, {"3000", "-", "-"});
    check([](S s) { return GetOption{"f", s}; }, {"GET", "OPTION", "f"}, {"5000"});
    check([](S s) { return RecordFile{"f", "wav", s}; }, {"RECORD", "FILE", "f", "wav"}, {"-1"});
    check([](S s) { return SayAlpha{"a", s}; }, {"SAY", "ALPHA", "a"}, {});
    check([](S s) { return SayDigits{"1", s}; }, {"SAY", "DIGITS", "1"}, {});
    check([](S s) { return SayNumber{1, s}; }, {"SAY", "NUMBER", "1"}, {});
    check([](S s) { return SayPhonetic{"a", s}; }, {"SAY", "PHONETIC", "a"}, {});
    check([&](S s) { return SayDate{epoch, s}; }, {"SAY", "DATE", "0"}, {});
    check([&](S s) { return SayTime{epoch, s}; }, {"SAY", "TIME", "0"}, {});
    check([&](S s) { return SayDatetime{epoch, s}; }, {"SAY", "DATETIME", "0"}, {});
    check(
        [&](S s) {
            return SayDatetime{epoch, s, {}, "UTC"};
        },
        {"SAY", "DATETIME", "0"}, {"ABdY 'digits/at' IMp", "UTC"});
    CHECK(send.cases == 12 * times);
    CHECK(send.accepted > send.cases / 2);
    CHECK(send.accepted < send.cases);
}

TEST_CASE("Splitter: a control key is read as it was given, or refused") {
    Sender send{6};
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text(1, static_cast<char>(byte));
        const auto good = [](const std::string& s) { return has_any(s, "0123456789*#ABCD-"); };
        using S = const std::string&;
        const Words head{"CONTROL", "STREAM", "FILE", "f", "", "3000"};
        const auto with = [&](const Words& tail) {
            Words words = head;
            words.insert(words.end(), tail.begin(), tail.end());
            return words;
        };
        send.check(
            text,
            [](S s) {
                return ControlStreamFile{"f", "", {}, s[0]};
            },
            good, [&](S s) { return with({s}); });
        send.check(
            text,
            [](S s) {
                return ControlStreamFile{"f", "", {}, {}, s[0]};
            },
            good,
            [&](S s) {
                return with({"#", s});
            });
        send.check(
            text, [](S s) { return ControlStreamFile{"f", "", {}, {}, {}, s[0]}; }, good,
            [&](S s) {
                return with({"#", "*", s});
            });
    }
    CHECK(send.cases == 3 * 256);
    CHECK(send.accepted == 3 * 17);
}

TEST_CASE("Splitter: a caller ID is read as its number and its quoted name") {
    using S = const std::string&;
    constexpr std::size_t times = 10000;
    Sender send{7};
    const auto fits = [](S number, S name) {
        std::size_t size = number.size();
        const bool digits = !number.empty() && !has_any(number, {"\n\r\0\"<>", 6}) &&
                            number.find_first_not_of("0123456789*#+") == std::string::npos;
        if (!name.empty()) {
            size += name.size() + 5;
            for (const char c : name) size += c == '"' || c == '\\' ? 1 : 0;
        } else if (!digits) {
            size += 2;
        }
        return size <= 255 && sendable(number) && sendable(name) && !has_any(number, "\"<>");
    };
    const auto with_name = [](S number, S name) {
        std::string escaped;
        for (const char c : name)
            escaped += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
        return Words{"SET", "CALLERID", '"' + escaped + "\" <" + number + '>'};
    };
    const auto alone = [](S number) {
        const bool digits =
            !number.empty() && number.find_first_not_of("0123456789*#+") == std::string::npos;
        return Words{"SET", "CALLERID", digits ? number : '<' + number + '>'};
    };
    for (std::size_t i = 0; i < times; ++i) {
        std::string name = send.random.text();
        if (i % 50 == 0) name.append(230 + send.random.below(30), 'x');
        if (name.empty()) name = "x";
        send.check(
            name,
            [](S s) {
                return SetCallerid{"12", s};
            },
            [&](S s) { return fits("12", s); }, [&](S s) { return with_name("12", s); });
        const std::string number = i % 2 == 0 ? send.random.name() : send.random.text();
        send.check(
            number,
            [](S s) {
                return SetCallerid{s, "Ann"};
            },
            [&](S s) { return fits(s, "Ann"); }, [&](S s) { return with_name(s, "Ann"); });
        send.check(
            number, [](S s) { return SetCallerid{s}; }, [&](S s) { return fits(s, ""); }, alone);
    }
    CHECK(send.cases == 3 * times);
    CHECK(send.accepted > send.cases / 2);
    CHECK(send.accepted < send.cases);
}

TEST_CASE("Splitter: an expression has the name that was given, or is refused") {
    using S = const std::string&;
    constexpr std::size_t times = 4000;
    constexpr std::string_view path_marks = "${}=,()[]\"\\";
    Sender send{8};
    const auto good = [](std::string_view marks) {
        return [marks](S s) { return sendable(s) && !has_any(s, marks); };
    };
    const std::string probe = "${URIENCODE(%)}";
    for (std::size_t i = 0; i < times; ++i) {
        const std::string text = i % 4 == 0 ? send.random.text() : send.random.name();
        send.check(
            text, [](S s) { return GetFullVariable::of(s); }, good("${}"),
            [](S s) {
                return Words{"GET", "FULL", "VARIABLE", "${" + s + '}'};
            });
        send.check(
            text, [](S s) { return GetVariableExact{s}; },
            [&](S s) { return !s.empty() && good("${}")(s); },
            [&](S s) {
                return Words{"GET", "FULL", "VARIABLE", probe + "${URIENCODE(${" + s + "})}"};
            });
        send.check(
            text,
            [](S s) {
                return SetVariableExact{s, "v"};
            },
            [&](S s) { return !s.empty() && good("${}=")(s); },
            [](S s) {
                return Words{"EXEC", "Exec", "Set(" + s + "=${URIDECODE(v)})"};
            });
        const auto database_get = [&](S path) {
            return Words{"GET", "FULL", "VARIABLE",
                         probe + "${DB_EXISTS(" + path + ")}${URIENCODE(${DB(" + path + ")})}"};
        };
        send.check(
            text,
            [](S s) {
                return DatabaseGetExact{s, "k"};
            },
            good(path_marks), [&](S s) { return database_get(s + "/k"); });
        send.check(
            text,
            [](S s) {
                return DatabaseGetExact{"f", s};
            },
            good(path_marks), [&](S s) { return database_get("f/" + s); });
        const auto database_put = [](S path) {
            return Words{"EXEC", "Exec", "Set(DB(" + path + ")=${URIDECODE(v)})"};
        };
        send.check(
            text,
            [](S s) {
                return DatabasePutExact{s, "k", "v"};
            },
            good(path_marks), [&](S s) { return database_put(s + "/k"); });
        send.check(
            text,
            [](S s) {
                return DatabasePutExact{"f", s, "v"};
            },
            good(path_marks), [&](S s) { return database_put("f/" + s); });
    }
    CHECK(send.cases == 7 * times);
    CHECK(send.accepted > send.cases / 2);
    CHECK(send.accepted < send.cases);
}

TEST_CASE("Splitter: a value that travels percent-encoded may hold all but NUL") {
    using S = const std::string&;
    constexpr std::size_t times = 10000;
    Sender send{9};
    const auto good = [](S s) { return s.find('\0') == std::string::npos; };
    for (std::size_t i = 0; i < times; ++i) {
        const std::string text = send.random.text();
        send.check(
            text,
            [](S s) {
                return SetVariableExact{"X", s};
            },
            good,
            [](S s) {
                return Words{"EXEC", "Exec", "Set(X=${URIDECODE(" + percent(s, "-_.~") + ")})"};
            });
        send.check(
            text,
            [](S s) {
                return DatabasePutExact{"f", "k", s};
            },
            good,
            [](S s) {
                return Words{"EXEC", "Exec",
                             "Set(DB(f/k)=${URIDECODE(" + percent(s, "-_.~") + ")})"};
            });
    }
    CHECK(send.cases == 2 * times);
    CHECK(send.accepted > send.cases * 8 / 10);
    CHECK(send.accepted < send.cases);
}

TEST_CASE("Splitter: a line that was written elsewhere is sent as it is, or not at all") {
    using S = const std::string&;
    constexpr std::size_t times = 20000;
    Sender send{10};
    const auto good = [](S s) {
        return sendable(s) && upper(s.substr(0, 7)) != "FAILURE" && asterisk_words(s).size() <= 64;
    };
    for (std::size_t i = 0; i < times; ++i) {
        std::string text = send.random.text();
        if (i % 100 == 0) text.insert(0, i % 200 == 0 ? "fAILURE" : " failure");
        if (i % 20 == 0) {
            for (std::size_t n = 58 + send.random.below(12); n > 0; --n) text += "\t\"x\"";
        }
        send.check(
            text, [](S s) { return RawCommand{s}; }, good, asterisk_words);
    }
    CHECK(send.cases == times);
    CHECK(send.accepted > send.cases * 8 / 10);
    CHECK(send.accepted < send.cases);
}

TEST_CASE("Splitter: the library splits random lines as Asterisk does") {
    Random random{11};
    for (int i = 0; i < 20000; ++i) {
        const std::string line = random.text();
        const Words words = asterisk_words(line);
        if (testing::words(line) != words || wire::count_words(line) != words.size()) {
            FAIL("split otherwise: " + wire::shown(line));
        }
    }
    SUCCEED("20,000 lines");
}

TEST_CASE("Splitter: the library finds the command in a line as Asterisk does") {
    const std::vector<std::string> known_commands{
        "ANSWER",         "DATABASE GET", "DATABASE DELTREE",  "EXEC", "GET VARIABLE",
        "GET DATA",       "GOSUB",        "GET FULL VARIABLE", "NOOP", "RECEIVE TEXT",
        "WAIT FOR DIGIT", "RECEIVE CHAR",
    };
    Random random{12};
    const auto written = [&](const std::string& verb) {
        std::string line = random.below(8) == 0 ? " " : "";
        bool quoted = false;
        for (const char c : verb + ' ') {
            if (c == ' ') {
                if (quoted && random.below(8) != 0) {
                    line += '"';
                    quoted = false;
                }
                line += random.of(" \t");
                if (random.below(16) == 0) line += random.of("  \t\"x");
                continue;
            }
            if (random.below(16) == 0) {
                line += '"';
                quoted = !quoted;
            }
            if (random.below(16) == 0) line += '\\';
            if (random.below(64) == 0) continue;
            line += random.below(3) == 0 && c >= 'A' ? static_cast<char>(c - 'A' + 'a') : c;
        }
        return random.below(4) == 0 ? line : line + random.text();
    };
    std::size_t found = 0;
    for (int i = 0; i < 20000; ++i) {
        const std::string line = written(known_commands[random.below(known_commands.size())]);
        const Words words = asterisk_words(line);
        bool value = false;
        for (const std::string& verb : known_commands) {
            const bool expected = runs_command(words, verb);
            if (expected) ++found;
            if (wire::is_command(line, verb) != expected) {
                FAIL((expected ? "not found: " : "found: ") + verb + " in " + wire::shown(line));
            }
            value = value || (expected && (verb == "DATABASE GET" || verb == "GET VARIABLE" ||
                                           verb == "GET FULL VARIABLE" || verb == "RECEIVE TEXT"));
        }
        const ReplyForm form = value                          ? ReplyForm::value
                               : runs_command(words, "EXEC")  ? ReplyForm::application
                               : runs_command(words, "GOSUB") ? ReplyForm::text
                                                              : ReplyForm::tags;
        if (wire::form_of(line) != form) FAIL("read otherwise: " + wire::shown(line));
    }
    CHECK(found > 5000);
    CHECK(found < 20000);
}
