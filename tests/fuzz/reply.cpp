// SPDX-License-Identifier: MIT
// Any bytes from a server, in any pieces: LineBuffer, ReplyReader, and what each command reads in
// the replies.

#include "commands.hpp"
#include "fuzz.hpp"
#include <agi/wire/line_buffer.hpp>
#include <agi/wire/reply_reader.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using agi::Reply;
using agi::ReplyForm;
using agi::wire::LineBuffer;
using agi::wire::ReplyReader;
using fuzz::require;

/// A line, or nothing for one over the limit.
using Line = std::optional<std::string>;

struct Lines {
    std::vector<Line> whole;
    std::string rest;
};

Lines through_buffer(std::string_view bytes, std::size_t limit, unsigned char seed) {
    Lines lines;
    LineBuffer buffer{limit};
    fuzz::Pieces pieces{seed};
    std::string line;
    const auto take = [&] {
        for (bool more = true; more;) {
            try {
                more = buffer.next(line);
                if (more) lines.whole.emplace_back(line);
            } catch (const agi::AGIUnknownError&) {
                lines.whole.emplace_back(std::nullopt);
            }
        }
    };
    while (!bytes.empty()) {
        char* const to = buffer.prepare();
        require(buffer.room() > 0, "LineBuffer: prepare makes room");
        require(buffer.room() <= 2 * limit + 8192, "LineBuffer: bounded by its limit");
        const std::size_t size = pieces.next(std::min(bytes.size(), buffer.room()));
        bytes.copy(to, size);
        bytes.remove_prefix(size);
        buffer.commit(size);
        take();
    }
    lines.rest = buffer.rest();
    return lines;
}

Lines plainly(std::string_view bytes, std::size_t limit) {
    Lines lines;
    for (std::size_t end = bytes.find('\n'); end != std::string_view::npos;
         end = bytes.find('\n')) {
        if (end > limit) {
            lines.whole.emplace_back(std::nullopt);
        } else {
            lines.whole.emplace_back(bytes.substr(0, end));
        }
        bytes.remove_prefix(end + 1);
    }
    if (bytes.size() > limit) {
        lines.whole.emplace_back(std::nullopt);
    } else {
        lines.rest = bytes;
    }
    return lines;
}

void check(const Reply& reply, std::size_t limit, std::size_t command_index) {
    require(reply.code() == 0 || (reply.code() >= 100 && reply.code() <= 999), "Reply: code");
    require(reply.raw().size() <= limit, "Reply: within the limit");
    const std::string_view parts[] = {reply.result(),
                                      reply.data().value_or(""),
                                      reply.text(),
                                      reply.usage(),
                                      reply.attribute("endpos").value_or(""),
                                      reply.attribute("").value_or("")};
    for (const auto part : parts) {
        require(fuzz::is_inside(part, reply.raw()), "Reply: its parts are in it");
    }
    require(reply.has_result() || !reply.data(), "Reply: no data without a result");
    require(reply.usage().empty() || reply.code() == 520, "Reply: a usage text is of a 520");
    if (const auto endpos = reply.endpos()) {
        require(reply.attribute("endpos").has_value(), "Reply: endpos is an attribute");
        static_cast<void>(agi::SampleOffset{*endpos}.time());
    }
    fuzz::with_command(command_index, [&reply](const auto& command) {
        try {
            agi::wire::throw_on_error(command.request(), reply);
            require(reply.code() == 200 && reply.has_result() && !reply.truncated(),
                    "throw_on_error: only a whole 200 with a result passes");
            static_cast<void>(command.parse(reply));
        } catch (const agi::AGIArgumentError&) {
            throw fuzz::Failure("a reply is no wrong argument");
        } catch (const agi::AGIDeadChannelError& error) {
            require(reply.code() == 511, "AGIDeadChannelError: is a 511");
            require(error.reply().raw() == reply.raw(), "AGIException: carries the reply");
        } catch (const agi::AGIError& error) {
            require(reply.code() != 511 || reply.truncated(), "a 511 is no AGIError");
            require(error.reply().raw() == reply.raw(), "AGIException: carries the reply");
        }
    });
}

/// Whatever has come, at most two lines end it, and the next reply is understood.
void check_step(ReplyReader reader) {
    if (!reader.push("520 End of proper usage.")) {
        require(reader.push(")"), "ReplyReader: a reply can be ended");
    }
    reader.expect(ReplyForm::tags);
    require(reader.push("200 result=777"), "ReplyReader: the next reply is whole");
    require(reader.reply().code() == 200 && reader.reply().result() == "777" &&
                reader.reply().raw() == "200 result=777",
            "ReplyReader: the next reply is the next one");
    reader.expect(ReplyForm::value);
    require(!reader.push("520-Usage:") && !reader.push("one") &&
                reader.push("two520 End of proper usage.") && reader.reply().usage() == "one\ntwo",
            "ReplyReader: a usage text ends where its last line ends in the mark");
}

/// The same replies with HANGUP lines and provisional replies in between.
std::vector<std::string> replies(const std::vector<Line>& lines, ReplyForm form, bool disturb) {
    std::vector<std::string> all;
    ReplyReader reader;
    reader.expect(form);
    bool begins = true;
    for (const Line& line : lines) {
        if (!line) continue;
        if (begins && disturb) {
            require(!reader.push("HANGUP") && reader.hung_up(), "ReplyReader: HANGUP is noted");
            require(!reader.push("100 result=0 Trying..."), "ReplyReader: 1xx is skipped");
        }
        begins = reader.push(*line);
        if (!begins) continue;
        all.emplace_back(reader.reply().raw());
        reader.expect(form);
    }
    return all;
}

}  // namespace

void fuzz::reply(std::string_view bytes) {
    Input input{bytes};
    constexpr ReplyForm forms[] = {ReplyForm::tags, ReplyForm::value, ReplyForm::text,
                                   ReplyForm::application};
    const ReplyForm form = forms[input.below(4)];
    const unsigned char seed = input.byte();
    constexpr std::size_t limits[] = {ReplyReader::default_limit, 24, 100, 5000};
    const std::size_t line_limit = limits[input.below(4)];
    const std::size_t reply_limit = std::max<std::size_t>(limits[input.below(4)], 100);
    const std::size_t command = input.byte();
    const std::string_view rest = input.rest();

    const Lines lines = through_buffer(rest, line_limit, seed);
    const Lines expected = plainly(rest, line_limit);
    require(lines.whole == expected.whole, "LineBuffer: the same lines in any pieces");
    require(lines.rest == expected.rest, "LineBuffer: the same rest in any pieces");

    ReplyReader reader{reply_limit};
    reader.expect(form);
    for (const Line& line : lines.whole) {
        if (!line) continue;
        if (reader.push(*line)) {
            check(reader.reply(), reply_limit, command);
            reader.expect(form);
        }
        check_step(reader);
    }
    if (reader.cut(lines.rest)) check(reader.reply(), reply_limit, command);

    require(replies(lines.whole, form, false) == replies(lines.whole, form, true),
            "ReplyReader: HANGUP and 1xx between replies change nothing");
}
