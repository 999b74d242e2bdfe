// SPDX-License-Identifier: MIT
// Replays what live servers said: every file of tests/transcripts.

#include "catch.hpp"
#include "corpus/feed.hpp"
#include "corpus/typed.hpp"
#include <agi/session/session.hpp>
#include <agi/testing/dialogue.hpp>
#include <agi/testing/words.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace agi;
using namespace corpus;
using agi::testing::DialogueLine;
using Kind = DialogueLine::Kind;

namespace {

/// Files without an AGI session of lines.
const std::map<std::string, std::string> no_session{
    {"16-agi-failure-badhost", "no connection"},
    {"16-agi-failure-empty", "nothing to start"},
    {"16-agi-failure-noprogram", "no program"},
    {"16-agi-failure-refused", "no connection"},
    {"16-asyncagi", "AMI packets"},
    {"16-asyncagi-args", "AMI packets"},
    {"16-asyncagi-hangup-command", "AMI packets"},
    {"16-asyncagi-hangup-idle", "AMI packets"},
    {"16-asyncagi-hangup-self", "AMI packets"},
    {"16-env-fasteagi", "EAGI does not connect"},
    {"16-hagi-nosrv", "no connection"},
    {"16-hagi-srv", "only the remarks were recorded"},
    {"22-agi-failure-badhost", "no connection"},
    {"22-agi-failure-empty", "nothing to start"},
    {"22-agi-failure-noexec", "no program"},
    {"22-agi-failure-noprogram", "no program"},
    {"22-agi-failure-refused", "no connection"},
    {"22-asyncagi-args", "AMI packets"},
    {"22-asyncagi-hangup-command", "AMI packets"},
    {"22-asyncagi-hangup-idle", "AMI packets"},
    {"22-asyncagi-hangup-self", "AMI packets"},
    {"22-pipe-no-read", "the program read nothing"},
};

/// Requests in a file that the library does not send, and a part of what it says of each, in order.
struct Refusals {
    std::vector<std::string> reasons;
    /// Asterisk made several commands of such a line: the replies behind it are not those of the
    /// requests in front of them.
    bool out_of_step = false;
};
std::vector<std::string> too_long(const std::vector<int>& sizes, int limit) {
    std::vector<std::string> reasons;
    for (const int size : sizes) {
        reasons.push_back("not sent, it has " + std::to_string(size) +
                          " bytes and this Asterisk takes " + std::to_string(limit));
    }
    return reasons;
}

const std::vector<std::string> invalid{
    R"(has a carriage return at byte 4: "NOOP\r")",
    R"(has a carriage return at byte 17: "SET VARIABLE CR x\r")",
    R"(has a NUL at byte 0: "\x00")",
    R"(has a carriage return at byte 0: "\r")",
    "has more than 64 words",
    "has more than 64 words",
    "has more than 64 words",
};
const std::vector<std::string> nul{
    R"(has a NUL at byte 16: "SET VARIABLE N a\x00b")",
    R"(has a NUL at byte 0: "\x00")",
};
const std::vector<std::string> failure{"begins with `failure`, which ends the session"};
const std::vector<std::string> quoting{
    R"(has a carriage return at byte 18: "SET VARIABLE Q \"cr\rx\"")"};
const std::vector<std::string> long_lines =
    too_long({2047, 2048, 2049, 2100, 4000, 4096, 5000, 8000, 8192, 9000, 2055, 2063, 4105, 5015,
              8015, 2073, 8217},
             2046);

const std::map<std::string, Refusals> refused{
    {"16-failure-line", {failure}},
    {"16-invalid-510", {invalid}},
    {"16-line-limit-pipe", {too_long({8189, 8190, 8191, 8192, 8193}, 2046)}},
    {"16-long-lines", {long_lines, true}},
    {"16-long-lines-pipe", {long_lines, true}},
    {"16-nul-bytes", {nul}},
    {"16-quoting", {quoting}},
    {"22-failure-line", {failure}},
    {"22-invalid-510", {invalid}},
    {"22-line-limit", {too_long({8191, 8192, 8193}, 8190), true}},
    {"22-long-lines", {too_long({8192, 9000, 8217}, 8190), true}},
    {"22-nul-bytes", {nul}},
    {"22-quoting", {quoting}},
};

/// Files in which requests were sent while the reply to another was owed.
const std::set<std::string> pipelined{"16-pipelining", "16-pipelining-pipe", "22-pipelining"};

/// Files that end with a request without its LF.
const std::set<std::string> partial{"16-partial-then-close"};

struct Turn {
    std::string request;
    bool complete = true;  ///< The LF of the request was sent.
    bool broken = false;   ///< The request did not get through.
    std::vector<std::string> lines;
};

struct Recording {
    std::string name;
    std::vector<std::string> before;  ///< The environment, and HANGUP lines behind it.
    std::vector<Turn> exchanges;
};

std::vector<std::filesystem::path> files() {
    std::set<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator{AGI_TEST_DATA "/transcripts"}) {
        if (entry.path().extension() == ".log") found.insert(entry.path());
    }
    return {found.begin(), found.end()};
}

Recording read(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    Recording recording{path.stem().string(), {}, {}};
    for (DialogueLine& line : testing::parse_dialogue(text)) {
        std::vector<Turn>& exchanges = recording.exchanges;
        switch (line.kind) {
            case Kind::sent: exchanges.push_back({line.text, line.complete, false, {}}); break;
            case Kind::received:
                REQUIRE(line.complete);
                (exchanges.empty() ? recording.before : exchanges.back().lines)
                    .push_back(line.text);
                break;
            case Kind::event:
                if (line.text == "write: Broken pipe") exchanges.back().broken = true;
                break;
            default: break;
        }
    }
    return recording;
}

bool has_session(const Recording& recording) {
    return !recording.before.empty() && recording.before[0].substr(0, 4) == "agi_";
}

std::string text_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + '\n';
    return text;
}

/// The reply among these lines: without what is not part of any.
std::string reply_of(const std::vector<std::string>& lines) {
    std::string reply;
    for (const std::string& line : lines) {
        if (line == "HANGUP" || line.substr(0, 4) == "100 ") continue;
        reply += (reply.empty() ? "" : "\n") + line;
    }
    return reply;
}

/// Whether these are the same words, those of the verb in any case.
bool same_words(const std::vector<std::string>& recorded, const std::vector<std::string>& sent) {
    if (recorded.size() != sent.size()) return false;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        if (recorded[i] == sent[i]) continue;
        std::string upper = recorded[i];
        for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (upper != sent[i] || i > 2) return false;
    }
    return true;
}

/// Why the library does not send this request; nothing where it does.
std::optional<std::string> refusal(const Recording& recording, const Turn& exchange) {
    Session<Feed> session{Feed{{text_of(recording.before)}, Delivery::whole}};
    try {
        session.send(exchange.request);
    } catch (const AGIArgumentError& error) {
        CHECK(session.stream().sent().empty());
        return error.what();
    } catch (const AGISIGPIPEHangup&) {
        CHECK(session.stream().sent() == std::vector<std::string>{exchange.request});
    }
    return std::nullopt;
}

/// The exchanges that the library can have: without requests that it refuses, and their replies.
std::vector<Turn> playable(const Recording& recording) {
    std::vector<Turn> exchanges;
    const auto known = refused.find(recording.name);
    for (const Turn& exchange : recording.exchanges) {
        if (exchange.complete && !refusal(recording, exchange)) {
            exchanges.push_back(exchange);
        } else if (known != refused.end() && known->second.out_of_step) {
            break;
        }
    }
    return exchanges;
}

/// How requests are sent.
enum class Pass { lines, commands };

struct Counts {
    std::size_t lines = 0;
    std::size_t commands = 0;
};

/// A recording with a session in the place of the program.
class Replay {
  public:
    Replay(const Recording& recording, Delivery delivery, Pass pass, Counts& counts)
        : before_{recording.before},
          exchanges_{recording.exchanges},
          pass_{pass},
          counts_{counts},
          session_{feed(delivery), options()} {}

    void run() {
        look_for_hangup(before_);
        check_environment();
        for (const Turn& exchange : exchanges_) {
            CAPTURE(exchange.request);
            const bool known = hangup_ != HangupSource::none;
            play(exchange);
            if (known) CHECK(session_.hung_up());
            if (hangup_ == HangupSource::none) CHECK_FALSE(session_.hung_up());
        }
        finish();
    }

  private:
    [[nodiscard]] Feed feed(Delivery delivery) const {
        std::vector<std::string> texts{text_of(before_)};
        std::size_t broken_at = 0;
        for (const Turn& exchange : exchanges_) {
            texts.push_back(text_of(exchange.lines));
            if (exchange.broken) broken_at = texts.size() - 1;
        }
        Feed feed{texts, delivery};
        feed.break_at(broken_at);
        return feed;
    }

    SessionOptions options() {
        SessionOptions options;
        options.trace = [this](Direction direction, std::string_view line) {
            const bool echo = line.find("(agi-mark-") != std::string_view::npos;
            if (direction != Direction::sent && !echo) read_.emplace_back(line);
        };
        options.ask_after_failure = false;
        return options;
    }

    void note(HangupSource source) {
        if (hangup_ == HangupSource::none) hangup_ = source;
    }

    void look_for_hangup(const std::vector<std::string>& lines) {
        for (const std::string& line : lines) {
            if (line == "HANGUP") note(HangupSource::hangup_line);
            if (line.substr(0, 4) == "511 ") note(HangupSource::dead_channel);
        }
    }

    void check_environment() {
        for (const std::string& line : before_) {
            if (line.empty()) break;
            const std::size_t colon = line.find(": ");
            REQUIRE(colon != std::string::npos);
            CHECK(session_.environment().get(line.substr(0, colon)) == line.substr(colon + 2));
        }
    }

    void play(const Turn& exchange) {
        const std::string reply = reply_of(exchange.lines);
        if (pass_ == Pass::commands && play_command(exchange.request, reply)) {
            ++counts_.commands;
        } else {
            ++counts_.lines;
            if (reply.empty()) {
                CHECK_THROWS_AS(session_.send(exchange.request), AGISIGPIPEHangup);
            } else {
                CHECK(session_.send(exchange.request).raw() == reply);
            }
            CHECK(session_.stream().sent().back() == exchange.request);
        }
        look_for_hangup(exchange.lines);
        if (reply.empty()) note(HangupSource::closed_stream);
    }

    /// False when the library has no command with just these words.
    bool play_command(const std::string& request, const std::string& reply) {
        bool played = false;
        const std::vector<std::string> words = testing::words(request);
        const auto visit = [&](const auto& command) {
            const wire::Request typed = command.request();
            if (!same_words(words, testing::words(typed)) ||
                typed.view().size() > session_.line_limit()) {
                return;
            }
            played = true;
            execute(command, reply);
            CHECK(same_words(words, testing::words(session_.stream().sent().back())));
        };
        try {
            as_command(words, visit);
        } catch (const AGIArgumentError&) {  // a name is empty, no such value, no such key
            CHECK_FALSE(played);
        }
        return played;
    }

    template <class Command>
    void execute(const Command& command, const std::string& reply) {
        try {
            if constexpr (std::is_void_v<decltype(command(session_))>) {
                command(session_);
            } else {
                check_value(command(session_), reply);
            }
            CHECK_FALSE(reply.empty());
        } catch (const AGISIGPIPEHangup& error) {
            CAPTURE(error.what());
            CHECK(reply.empty());
        } catch (const AGIUnknownError& error) {
            FAIL_CHECK(error.what());
        } catch (const AGIException& error) {
            CHECK(error.reply().raw() == reply);
        }
        if constexpr (wire::has_says_hangup<Command>::value) {
            if (reply.find("(hangup)") != std::string::npos) note(HangupSource::reply);
        }
    }

    template <class Result>
    static void check_value(const Result& result, const std::string& reply) {
        if constexpr (std::is_same_v<Result, std::string>) {
            CHECK("200 result=1 (" + result + ')' == reply);
        } else if constexpr (std::is_same_v<Result, std::optional<std::string>>) {
            if (result) CHECK("200 result=1 (" + *result + ')' == reply);
            if (!result) CHECK((reply == "200 result=0" || reply == "200 result=-1"));
        } else if constexpr (std::is_same_v<Result, GetData::Result>) {
            CHECK("200 result=" + result.digits + (result.timed_out ? " (timeout)" : "") == reply);
        }
    }

    /// Nothing is left: what has come behind the last reply is read, and is no reply.
    void finish() {
        CHECK_THROWS_AS(session_.send("NOOP"), AGISIGPIPEHangup);
        std::vector<std::string> lines = before_;
        for (const Turn& exchange : exchanges_) {
            lines.insert(lines.end(), exchange.lines.begin(), exchange.lines.end());
        }
        CHECK(read_ == lines);
        note(HangupSource::closed_stream);
        CHECK(session_.hangup_source() == hangup_);
    }

    std::vector<std::string> before_;
    std::vector<Turn> exchanges_;
    Pass pass_;
    Counts& counts_;
    std::vector<std::string> read_;
    HangupSource hangup_ = HangupSource::none;
    Session<Feed> session_;
};

}  // namespace

TEST_CASE("Transcripts: a file without a session is one that is known to have none") {
    std::set<std::string> found;
    for (const auto& path : files()) {
        const Recording recording = read(path);
        CAPTURE(recording.name);
        if (!has_session(recording)) found.insert(recording.name);
    }
    std::set<std::string> expected;
    for (const auto& [name, reason] : no_session) expected.insert(name);
    CHECK(found == expected);
}

TEST_CASE("Transcripts: what a client must not send is refused, all else is sent") {
    std::set<std::string> with_refusals;
    std::set<std::string> cut;
    for (const auto& path : files()) {
        const Recording recording = read(path);
        if (!has_session(recording)) continue;
        CAPTURE(recording.name);
        std::vector<std::string> reasons;
        for (const Turn& exchange : recording.exchanges) {
            CAPTURE(exchange.request);
            if (!exchange.complete) cut.insert(recording.name);
            const auto reason = refusal(recording, exchange);
            if (reason) reasons.push_back(*reason);
        }
        if (reasons.empty()) continue;
        with_refusals.insert(recording.name);
        const auto known = refused.find(recording.name);
        REQUIRE(known != refused.end());
        REQUIRE(reasons.size() == known->second.reasons.size());
        for (std::size_t i = 0; i < reasons.size(); ++i) {
            CHECK_THAT(reasons[i], Catch::Matchers::ContainsSubstring(known->second.reasons[i]));
        }
    }
    CHECK(with_refusals.size() == refused.size());
    CHECK(cut == partial);
}

TEST_CASE("Transcripts: nothing is sent while a reply is owed") {
    for (const std::string& name : pipelined) {
        CAPTURE(name);
        const Recording recording = read(AGI_TEST_DATA "/transcripts/" + name + ".log");
        Exchange talk;
        Order start;
        start.kind = Order::Kind::start;
        talk.begin(start);
        for (const std::string& line : recording.before) talk.line(line);
        REQUIRE(talk.need() == Exchange::Need::done);
        talk.end();
        REQUIRE(recording.exchanges.size() > 2);
        const Turn* turn = recording.exchanges.data();
        Order order;
        order.request = turn->request;
        order.form = wire::form_of(turn->request);
        talk.begin(order);
        talk.nothing();
        talk.written();
        while (turn->lines.empty()) {
            ++turn;
            order.request = turn->request;
            CHECK_THROWS_WITH(talk.begin(order), turn->request +
                                                     ": not sent, another operation of this "
                                                     "session runs");
        }
        CHECK(turn == &recording.exchanges[2]);
        talk.line(turn->lines[0]);
        CHECK(talk.reply().raw() == turn->lines[0]);
        CHECK(talk.conversation().state() == Conversation::State::ready);
    }
}

TEST_CASE("Transcripts: replayed, every request gets the reply that it got") {
    Counts counts;
    std::size_t recordings = 0;
    std::size_t requests = 0;
    for (const auto& path : files()) {
        Recording recording = read(path);
        if (!has_session(recording) || pipelined.count(recording.name) != 0) continue;
        recording.exchanges = playable(recording);
        ++recordings;
        requests += recording.exchanges.size();
        for (const Delivery delivery : deliveries) {
            for (const Pass pass : {Pass::lines, Pass::commands}) {
                CAPTURE(recording.name, static_cast<int>(delivery), static_cast<int>(pass));
                Replay{recording, delivery, pass, counts}.run();
            }
        }
    }
    CHECK(recordings == files().size() - no_session.size() - pipelined.size());
    CHECK(counts.lines + counts.commands == requests * 6);
    // The others are refused by Asterisk, or are written in a way that the commands never use.
    CHECK(counts.commands == 1032 * 3);
}
