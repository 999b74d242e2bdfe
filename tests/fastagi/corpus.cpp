// SPDX-License-Identifier: MIT
// Every reply of the corpus means to AsyncSession what it means to the blocking Session.

#include "catch.hpp"
#include "corpus/feed.hpp"
#include "corpus/rows.hpp"
#include "corpus/typed.hpp"
#include "fastagi/dialogue.hpp"
#include <agi/session/session.hpp>

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace agi;
using namespace corpus;
using namespace fastagi_tests;

namespace {

const std::string environment_block = "agi_request: corpus\nagi_version: 22.10.1\n\n";

/// What a dialogue came to.
struct Story {
    std::string error;
    std::string result;
    std::string raw_error;
    std::string raw;
    HangupSource hangup = HangupSource::none;
    bool in_step = false;
    Conversation::State state = Conversation::State::environment;
    std::string next;

    bool operator==(const Story& other) const {
        return error == other.error && result == other.result && raw_error == other.raw_error &&
               raw == other.raw && hangup == other.hangup && in_step == other.in_step &&
               state == other.state && next == other.next;
    }
};
std::ostream& operator<<(std::ostream& out, const Story& story) {
    return out << story.error << '|' << story.result << '|' << story.raw_error << '|' << story.raw
               << '|' << static_cast<int>(story.hangup) << story.in_step
               << static_cast<int>(story.state) << '|' << story.next;
}

std::string text_of(char value) { return std::string(1, value); }
std::string text_of(const std::string& value) { return value; }
template <class Value>
std::string text_of(const std::optional<Value>& value) {
    return value ? text_of(*value) : "none";
}
std::string text_of(const GetData::Result& value) {
    return value.digits + (value.timed_out ? " timeout" : "");
}
std::string text_of(const StreamFile::Result& value) {
    return text_of(value.digit) + std::to_string(value.endpos.samples);
}
/// The others are made of the reply, in the same way for both.
template <class Other>
std::string text_of(const Other& /*value*/) {
    return "a result";
}

/// With no request that the corpus does not have.
SessionOptions as_recorded() {
    SessionOptions options;
    options.ask_after_failure = false;
    return options;
}

std::string next_reply(const Row& row) {
    return row.closes ? std::string{} : "200 result=1 (reply to the next of " + row.id + ")\n";
}

/// A command that nothing is known of but its line.
template <class Visit>
void with_command(const std::string& line, const Visit& visit) {
    if (!as_command(testing::words(line), visit)) visit(RawCommand{line});
}

Story blocking(const Row& row, Delivery delivery, bool raw) {
    std::vector<std::string> texts{environment_block, row.raw};
    if (!row.closes) texts.push_back(next_reply(row));
    Session<Feed> session{Feed{texts, delivery}, as_recorded()};
    Story story;
    try {
        if (raw) {
            story.raw = session.send(row.command).raw();
        } else {
            with_command(row.command, [&](const auto& command) {
                if constexpr (std::is_void_v<decltype(command(session))>) {
                    command(session);
                } else {
                    story.result = text_of(command(session));
                }
            });
        }
    } catch (...) {
        (raw ? story.raw_error : story.error) = told(std::current_exception());
    }
    static_cast<void>(session.hung_up());  // takes what has come
    story.in_step = session.in_step();
    story.state = session.state();
    try {
        story.next = GetVariable{"NEXT"}(session).value_or("none");
    } catch (...) {
        story.next = told(std::current_exception());
    }
    story.hangup = session.hangup_source();
    return story;
}

template <class Stream>
void deliver(Dialogue<Stream>& talk, std::string_view text, Delivery delivery) {
    while (!text.empty()) {
        std::size_t size = text.size();
        if (delivery == Delivery::bytes) size = 1;
        if (delivery == Delivery::lines) size = std::min(size, text.find('\n')) + 1;
        talk.give(text.substr(0, size));
        text.remove_prefix(std::min(size, text.size()));
    }
}

/// Brings the reply of the row, or the end of the stream.
template <class Stream>
void reply(Dialogue<Stream>& talk, const Row& row, Delivery delivery) {
    talk.poll();
    deliver(talk, row.raw, delivery);
    if (row.closes) talk.peer.end_of_input();
    talk.poll();
}

/// What the session knows then, and what the next command gets.
template <class Stream>
void go_on(Dialogue<Stream>& talk, const Row& row, Delivery delivery, Story& story) {
    static_cast<void>(talk.session.hung_up());
    story.in_step = talk.session.in_step();
    story.state = talk.session.state();
    Ended<std::optional<std::string>> next;
    const GetVariable get{"NEXT"};
    talk.session.async_execute(get, talk.into(next));
    talk.poll();
    while (!story.in_step && talk.peer.has_line()) {
        const std::string line = talk.peer.line();
        if (is_mark(line)) talk.give(echo_of(line));
    }
    if (!row.closes) deliver(talk, next_reply(row), delivery);
    talk.poll();
    CHECK(next.times == 1);
    story.next = next.result ? next.result->value_or("none") : told(next.error);
    story.hangup = talk.session.hangup_source();  // known by now on every kind of stream
}

template <class Stream>
Story async_line(const Row& row, Delivery delivery) {
    Dialogue<Stream> talk{as_recorded()};
    talk.start(environment_block);
    Story story;
    Ended<Reply> ended;
    talk.session.async_send(row.command, talk.into(ended));
    reply(talk, row, delivery);
    CHECK(ended.times == 1);
    story.raw_error = told(ended.error);
    if (ended.result) story.raw = ended.result->raw();
    go_on(talk, row, delivery, story);
    return story;
}

/// On one kind of stream: what the line means does not depend on it, and each command takes the
/// compiler a while.
Story async_command(const Row& row, Delivery delivery) {
    Dialogue<LocalSocket> talk{as_recorded()};
    talk.start(environment_block);
    Story story;
    with_command(row.command, [&](const auto& command) {
        using Result = decltype(command.parse(std::declval<const Reply&>()));
        Ended<std::conditional_t<std::is_void_v<Result>, std::nullptr_t, Result>> ended;
        talk.session.async_execute(command, talk.into(ended));
        reply(talk, row, delivery);
        CHECK(ended.times == 1);
        story.error = told(ended.error);
        if constexpr (!std::is_void_v<Result>) {
            if (ended.result) story.result = text_of(*ended.result);
        }
    });
    go_on(talk, row, delivery, story);
    return story;
}

}  // namespace

TEST_CASE("Corpus: AsyncSession and Session say the same of every command") {
    for (const Row& row : rows()) {
        for (const Delivery delivery : deliveries) {
            CAPTURE(row.id, row.command, row.raw, static_cast<int>(delivery));
            CHECK(async_command(row, delivery) == blocking(row, delivery, false));
        }
    }
}

TEMPLATE_TEST_CASE("Corpus: AsyncSession and Session say the same of every line", "", LocalSocket,
                   Layer<>) {
    for (const Row& row : rows()) {
        for (const Delivery delivery : deliveries) {
            CAPTURE(row.id, row.command, row.raw, static_cast<int>(delivery));
            Story story = async_line<TestType>(row, delivery);
            const Story expected = blocking(row, delivery, true);
            // What comes through a layer can't be looked at without waiting: it is doubtful.
            if (std::is_same_v<TestType, Layer<>> && expected.in_step) story.in_step = true;
            CHECK(story == expected);
        }
    }
}
