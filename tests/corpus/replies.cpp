// SPDX-License-Identifier: MIT
// The rows of replies.tsv: what each reply means, however it comes.

#include "catch.hpp"
#include "corpus/feed.hpp"
#include "corpus/rows.hpp"
#include "corpus/typed.hpp"
#include <agi/session/session.hpp>
#include <agi/testing/words.hpp>
#include <agi/wire/reply_reader.hpp>

#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

using namespace agi;
using namespace corpus;

namespace {

/// Where the library says something else than the file, and why.
struct Differences {
    /// A recording that a hang-up ended, or a key in the beep, is a result, and so is the number of
    /// an application.
    std::set<std::string> results{"r128", "r129", "r132", "r135", "r160", "r185"};
};
const Differences differences;

/// What a typed command made of a reply.
struct Meaning {
    std::string error = "none";
    std::string what;
    std::optional<char> digit;
    bool timed_out = false;
    Field digits;
    Field value;
    std::optional<long long> endpos;
};

template <class Result>
void read_result(Meaning& meaning, const Result& result) {
    if constexpr (std::is_same_v<Result, std::optional<char>>) {
        meaning.digit = result;
    } else if constexpr (std::is_same_v<Result, std::optional<std::string>>) {
        meaning.value = result;
    } else if constexpr (std::is_same_v<Result, std::string>) {
        meaning.value = result;
    } else if constexpr (std::is_same_v<Result, GetData::Result>) {
        meaning.digits = result.digits;
        meaning.timed_out = result.timed_out;
    } else if constexpr (std::is_same_v<Result, GetOption::Result>) {
        meaning.digit = result.digit;
        meaning.timed_out = !result.digit;
        meaning.endpos = result.endpos.samples;
    } else if constexpr (std::is_same_v<Result, WaitForDigit::Result>) {
        meaning.digit = result.digit;
        meaning.timed_out = result.timed_out;
    } else if constexpr (std::is_same_v<Result, StreamFile::Result>) {
        meaning.digit = result.digit;
        meaning.endpos = result.endpos.samples;
    } else if constexpr (std::is_same_v<Result, ControlStreamFile::Result>) {
        meaning.digit = result.digit;
        if (result.endpos) meaning.endpos = result.endpos->count();
        if (result.end_of_file) meaning.endpos = -1;
    } else if constexpr (std::is_same_v<Result, RecordFile::Result>) {
        meaning.digit = result.digit;
        meaning.timed_out = result.ended_by == RecordEnd::timeout;
        meaning.endpos = result.endpos.samples;
    } else if constexpr (std::is_same_v<Result, SpeechRecognize::Result>) {
        meaning.digit = result.digit;
        meaning.timed_out = result.ended_by == SpeechEnd::timeout;
        meaning.endpos = result.endpos.samples;
    }
}

template <class Command>
Meaning meaning_of(const Command& command, Session<Feed>& session) {
    Meaning meaning;
    const auto failed = [&](const char* kind, const AGIException& error) {
        meaning.error = kind;
        meaning.what = error.what();
    };
    try {
        if constexpr (std::is_void_v<decltype(command(session))>) {
            command(session);
        } else {
            read_result(meaning, command(session));
        }
    } catch (const AGIDBError& e) {
        failed("db", e);
    } catch (const AGIAppError& e) {
        failed("app", e);
    } catch (const AGIInvalidCommandError& e) {
        failed("invalid_command", e);
    } catch (const AGIDeadChannelError& e) {
        failed("dead_channel", e);
    } catch (const AGIUsageError& e) {
        failed("usage", e);
    } catch (const AGIUnknownError& e) {
        failed("protocol", e);
    } catch (const AGINoResultError& e) {
        failed("protocol", e);
    } catch (const AGIHangup& e) {
        failed("hangup", e);
    }
    return meaning;
}

const std::string environment = "agi_request: corpus\nagi_version: 22.10.1\n\n";

Session<Feed> session_for(const Row& row, Delivery delivery) {
    std::vector<std::string> texts{environment, row.raw};
    if (!row.closes) texts.push_back("200 result=1 (reply to the next of " + row.id + ")\n");
    SessionOptions options;
    options.ask_after_failure = false;  // the corpus has no such question
    return Session<Feed>{Feed{texts, delivery}, std::move(options)};
}

/// The next command gets its own reply, or learns that there is none.
void check_next(const Row& row, Session<Feed>& session) {
    if (row.closes) {
        CHECK_THROWS_AS(session.send("NOOP"), AGISIGPIPEHangup);
        return;
    }
    CHECK(GetVariable{"NEXT"}(session) == "reply to the next of " + row.id);
    CHECK(session.stream().unread().empty());
}

void check_columns(const Row& row, const Reply& reply) {
    CHECK(reply.code() == row.code.value_or(0));
    CHECK(reply.has_result() == row.result.has_value());
    CHECK(reply.result() == row.result.value_or(""));
    CHECK(reply.data().has_value() == row.data.has_value());
    CHECK(reply.data().value_or("") == row.data.value_or(""));
    CHECK(reply.endpos() == row.endpos);
    CHECK_FALSE(reply.truncated());
}

constexpr std::size_t row_count = 179;

}  // namespace

TEST_CASE("Corpus: every reply has the columns of its row, however it comes") {
    std::size_t read = 0;
    for (const Row& row : rows()) {
        for (const Delivery delivery : deliveries) {
            CAPTURE(row.id, row.command, row.raw, static_cast<int>(delivery));
            Pipe pipe{delivery};
            pipe.add(row.raw);
            wire::LineBuffer buffer;
            wire::ReplyReader reader;
            reader.expect(wire::form_of(row.command));
            std::string line;
            bool complete = false;
            while (!complete) {
                if (buffer.next(line)) {
                    complete = reader.push(line);
                } else if (!pipe.pump(buffer)) {
                    break;
                }
            }
            REQUIRE(complete != row.closes);
            const bool cut = row.closes && reader.cut(buffer.rest());
            if (complete || cut) {
                check_columns(row, reader.reply());
            } else {
                CHECK_FALSE(row.code);
                CHECK(reader.hung_up() == row.hung_up);
            }
        }
        ++read;
    }
    CHECK(read == row_count);
}

TEST_CASE("Corpus: every reply has the columns of its row when its request is sent as a line") {
    std::size_t read = 0;
    for (const Row& row : rows()) {
        for (const Delivery delivery : deliveries) {
            CAPTURE(row.id, row.command, row.raw, static_cast<int>(delivery));
            Session<Feed> session = session_for(row, delivery);
            if (row.closes) {
                CHECK_THROWS_AS(session.send(row.command), AGIException);
            } else {
                check_columns(row, session.send(row.command));
            }
            check_next(row, session);
            CHECK(session.stream().sent().front() == row.command);
        }
        ++read;
    }
    CHECK(read == row_count);
}

TEST_CASE("Corpus: every reply means to its command what its row says") {
    std::size_t read = 0;
    for (const Row& row : rows()) {
        for (const Delivery delivery : deliveries) {
            CAPTURE(row.id, row.command, row.raw, static_cast<int>(delivery));
            Session<Feed> session = session_for(row, delivery);
            Meaning meaning;
            const std::vector<std::string> words = testing::words(row.command);
            if (!as_command(words,
                            [&](const auto& command) { meaning = meaning_of(command, session); })) {
                REQUIRE((words.empty() || words[0] == "FOO"));
                meaning = meaning_of(RawCommand{row.command}, session);
            }
            CAPTURE(meaning.what);
            const bool is_result = differences.results.count(row.id) != 0;
            CHECK(meaning.error == (is_result ? "none" : row.error));
            CHECK(meaning.digit == row.digit);
            CHECK(meaning.timed_out == row.timed_out);
            if (meaning.endpos) CHECK(meaning.endpos == row.endpos);
            if (meaning.digits) CHECK(meaning.digits == row.result);
            if (wire::form_of(row.command) == ReplyForm::value && meaning.error == "none") {
                CHECK(meaning.value == row.data);
            }
            check_next(row, session);
            // The file does not count a closed stream as news of a hang-up.
            CHECK(session.hung_up() == (row.hung_up || row.closes));
            if (!row.hung_up && row.closes) {
                CHECK(session.hangup_source() == HangupSource::closed_stream);
            }
        }
        ++read;
    }
    CHECK(read == row_count);
}
