// SPDX-License-Identifier: MIT
#pragma once
// From the words of a request line to the command of the library.

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
#include <agi/testing/words.hpp>
#include <agi/wire/number.hpp>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace corpus {

/// The arguments behind a verb; those that are missing are empty, or 0.
class Arguments {
  public:
    Arguments(const std::vector<std::string>& words, std::size_t verb_words)
        : words_{words}, skip_{verb_words} {}

    [[nodiscard]] std::size_t size() const { return words_.size() - skip_; }
    [[nodiscard]] std::string text(std::size_t i) const { return optional(i).value_or(""); }
    /// What must not be empty is something else where it is.
    [[nodiscard]] std::string name(std::size_t i) const {
        return text(i).empty() ? std::string{"x"} : text(i);
    }
    [[nodiscard]] std::optional<std::string> optional(std::size_t i) const {
        if (i >= size()) return std::nullopt;
        return words_[skip_ + i];
    }
    [[nodiscard]] std::optional<long long> number(std::size_t i) const {
        return agi::wire::to_number<long long>(text(i));
    }
    [[nodiscard]] int integer(std::size_t i) const {
        return static_cast<int>(number(i).value_or(0));
    }
    [[nodiscard]] std::chrono::milliseconds ms(std::size_t i) const {
        return std::chrono::milliseconds{number(i).value_or(0)};
    }
    [[nodiscard]] std::optional<std::chrono::milliseconds> optional_ms(std::size_t i) const {
        if (!number(i)) return std::nullopt;
        return ms(i);
    }
    [[nodiscard]] std::optional<agi::SampleOffset> offset(std::size_t i) const {
        if (!number(i)) return std::nullopt;
        return agi::SampleOffset{*number(i)};
    }
    [[nodiscard]] std::optional<char> character(std::size_t i) const {
        if (text(i).size() != 1) return std::nullopt;
        return text(i).front();
    }
    [[nodiscard]] std::chrono::system_clock::time_point time(std::size_t i) const {
        return std::chrono::system_clock::time_point{std::chrono::seconds{number(i).value_or(0)}};
    }

  private:
    const std::vector<std::string>& words_;
    std::size_t skip_;
};

/// Whether the line begins with this verb, in any case; counts its words into `verb_words`.
inline bool begins_with(const std::vector<std::string>& words, std::string_view verb,
                        std::size_t& verb_words) {
    const std::vector<std::string> wanted = agi::testing::words(verb);
    verb_words = wanted.size();
    if (words.size() < wanted.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (words[i].size() != wanted[i].size()) return false;
        for (std::size_t k = 0; k < wanted[i].size(); ++k) {
            if (agi::wire::ascii_lower(words[i][k]) != agi::wire::ascii_lower(wanted[i][k])) {
                return false;
            }
        }
    }
    return true;
}

inline agi::RecordFile record_file(const Arguments& a) {
    agi::RecordFile record{a.text(0), a.text(1), a.text(2), a.ms(3)};
    for (std::size_t i = 4; i < a.size(); ++i) {
        const std::string word = a.text(i);
        if (word == "BEEP") {
            record.beep = true;
        } else if (word.substr(0, 2) == "s=") {
            const auto seconds = agi::wire::to_number<long long>(word.substr(2));
            record.silence = std::chrono::seconds{seconds.value_or(0)};
        } else {
            record.offset = a.offset(i);
        }
    }
    return record;
}

inline agi::SetCallerid set_callerid(const Arguments& a) {
    const std::string text = a.text(0);
    const std::size_t close = text.rfind("\" <");
    if (close == std::string::npos || text.front() != '"' || text.back() != '>') return {text};
    std::string name;
    for (std::size_t i = 1; i < close; ++i) {
        if (text[i] == '\\') ++i;
        name += text[i];
    }
    return {text.substr(close + 3, text.size() - close - 4), name};
}

inline std::chrono::milliseconds decimal_seconds(const std::string& text) {
    const std::size_t point = text.find('.');
    const auto whole = agi::wire::to_number<long long>(text.substr(0, point)).value_or(0);
    if (point == std::string::npos) return std::chrono::seconds{whole};
    const std::string fraction = (text.substr(point + 1) + "000").substr(0, 3);
    return std::chrono::milliseconds{whole * 1000 +
                                     agi::wire::to_number<long long>(fraction).value_or(0)};
}

/// Calls `visit` with the command that these words are, as near as the library has it: its request
/// may have more or other words. False when there is no command with that verb.
/// @throws AGIArgumentError  the library has no such value
template <class Visitor>
bool as_command(const std::vector<std::string>& words, Visitor&& visit) {
    using namespace agi;
    std::size_t verb_words = 0;
    const auto is = [&](std::string_view verb) { return begins_with(words, verb, verb_words); };
    const auto arguments = [&] { return Arguments{words, verb_words}; };
    const auto letter = [](const std::optional<std::string>& word) {
        return word && word->size() == 1 ? std::optional<char>{word->front()} : std::nullopt;
    };
    if (is("ANSWER")) {
        visit(Answer{});
    } else if (is("ASYNCAGI BREAK")) {
        visit(AsyncAGIBreak{});
    } else if (is("CHANNEL STATUS")) {
        visit(ChannelStatus{arguments().optional(0)});
    } else if (is("CONTROL STREAM FILE")) {
        const auto a = arguments();
        visit(ControlStreamFile{a.text(0), a.text(1), a.optional_ms(2), a.character(3),
                                a.character(4), a.character(5), a.optional_ms(6)});
    } else if (is("DATABASE DELTREE")) {
        const auto a = arguments();
        visit(DatabaseDeltree{a.text(0), a.optional(1)});
    } else if (is("DATABASE DEL")) {
        const auto a = arguments();
        visit(DatabaseDel{a.text(0), a.text(1)});
    } else if (is("DATABASE GET")) {
        const auto a = arguments();
        visit(DatabaseGet{a.text(0), a.text(1)});
    } else if (is("DATABASE PUT")) {
        const auto a = arguments();
        visit(DatabasePut{a.text(0), a.text(1), a.text(2), CarriageReturn::allow});
    } else if (is("EXEC")) {
        const auto a = arguments();
        visit(Exec{a.text(0), a.text(1)});
    } else if (is("GET DATA")) {
        const auto a = arguments();
        visit(GetData{a.text(0), a.ms(1), a.number(2) ? a.integer(2) : 255});
    } else if (is("GET FULL VARIABLE")) {
        const auto a = arguments();
        visit(GetFullVariable{a.text(0), a.optional(1)});
    } else if (is("GET OPTION")) {
        const auto a = arguments();
        visit(GetOption{a.text(0), a.text(1), a.ms(2)});
    } else if (is("GET VARIABLE")) {
        visit(GetVariable{arguments().name(0)});
    } else if (is("GOSUB")) {
        const auto a = arguments();
        visit(Gosub{a.name(0), a.name(1), a.name(2), a.optional(3)});
    } else if (is("HANGUP")) {
        visit(Hangup{arguments().optional(0)});
    } else if (is("NOOP")) {
        visit(Noop{arguments().text(0)});
    } else if (is("RECEIVE CHAR")) {
        visit(ReceiveChar{arguments().ms(0)});
    } else if (is("RECEIVE TEXT")) {
        visit(ReceiveText{arguments().ms(0)});
    } else if (is("RECORD FILE")) {
        visit(record_file(arguments()));
    } else if (is("SAY ALPHA")) {
        const auto a = arguments();
        const auto say_case = letter(a.optional(2));
        visit(SayAlpha{
            a.text(0), a.text(1),
            say_case ? std::optional<SayCase>{static_cast<SayCase>(*say_case)} : std::nullopt});
    } else if (is("SAY DATETIME")) {
        const auto a = arguments();
        visit(SayDatetime{a.time(0), a.text(1), a.optional(2), a.optional(3)});
    } else if (is("SAY DATE")) {
        const auto a = arguments();
        visit(SayDate{a.time(0), a.text(1)});
    } else if (is("SAY TIME")) {
        const auto a = arguments();
        visit(SayTime{a.time(0), a.text(1)});
    } else if (is("SAY DIGITS")) {
        const auto a = arguments();
        visit(SayDigits{a.text(0), a.text(1)});
    } else if (is("SAY NUMBER")) {
        const auto a = arguments();
        const auto gender = letter(a.optional(2));
        visit(
            SayNumber{a.integer(0), a.text(1),
                      gender ? std::optional<Gender>{static_cast<Gender>(*gender)} : std::nullopt});
    } else if (is("SAY PHONETIC")) {
        const auto a = arguments();
        visit(SayPhonetic{a.text(0), a.text(1)});
    } else if (is("SEND IMAGE")) {
        visit(SendImage{arguments().text(0)});
    } else if (is("SEND TEXT")) {
        visit(SendText{arguments().text(0)});
    } else if (is("SET AUTOHANGUP")) {
        visit(SetAutohangup{decimal_seconds(arguments().text(0))});
    } else if (is("SET CALLERID")) {
        visit(set_callerid(arguments()));
    } else if (is("SET CONTEXT")) {
        visit(SetContext{arguments().text(0)});
    } else if (is("SET EXTENSION")) {
        visit(SetExtension{arguments().text(0)});
    } else if (is("SET MUSIC")) {
        const auto a = arguments();
        visit(SetMusic{a.text(0) == "on", a.optional(1)});
    } else if (is("SET PRIORITY")) {
        visit(SetPriority{arguments().text(0)});
    } else if (is("SET VARIABLE")) {
        const auto a = arguments();
        visit(SetVariable{a.text(0), a.text(1), CarriageReturn::allow});
    } else if (is("SPEECH ACTIVATE GRAMMAR")) {
        visit(SpeechActivateGrammar{arguments().text(0)});
    } else if (is("SPEECH CREATE")) {
        visit(SpeechCreate{arguments().optional(0)});
    } else if (is("SPEECH DEACTIVATE GRAMMAR")) {
        visit(SpeechDeactivateGrammar{arguments().text(0)});
    } else if (is("SPEECH DESTROY")) {
        visit(SpeechDestroy{});
    } else if (is("SPEECH LOAD GRAMMAR")) {
        const auto a = arguments();
        visit(SpeechLoadGrammar{a.text(0), a.text(1)});
    } else if (is("SPEECH RECOGNIZE")) {
        const auto a = arguments();
        visit(
            SpeechRecognize{a.text(0), std::chrono::seconds{a.number(1).value_or(0)}, a.offset(2)});
    } else if (is("SPEECH SET")) {
        const auto a = arguments();
        visit(SpeechSet{a.text(0), a.text(1)});
    } else if (is("SPEECH UNLOAD GRAMMAR")) {
        visit(SpeechUnloadGrammar{arguments().text(0)});
    } else if (is("STREAM FILE")) {
        const auto a = arguments();
        visit(StreamFile{a.text(0), a.text(1), a.offset(2)});
    } else if (is("TDD MODE")) {
        const std::string mode = arguments().text(0);
        visit(TDDMode{mode == "on"     ? TddMode::on
                      : mode == "mate" ? TddMode::mate
                      : mode == "tdd"  ? TddMode::tdd
                                       : TddMode::off});
    } else if (is("VERBOSE")) {
        const auto a = arguments();
        visit(Verbose{a.text(0), a.number(1) ? a.integer(1) : 1});
    } else if (is("WAIT FOR DIGIT")) {
        visit(WaitForDigit{arguments().ms(0)});
    } else {
        return false;
    }
    return true;
}

}  // namespace corpus
