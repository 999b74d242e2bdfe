// SPDX-License-Identifier: MIT
#pragma once
// Takes what is secret out of an exception.

#include <agi/version.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/redact.hpp>
#include <agi/wire/reply_reader.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace wire {

/// The reply with `*` in place of what it says; its code stays.
inline Reply redacted_reply(const Reply& reply) {
    ReplyReader reader;
    reader.expect(ReplyForm::value);
    bool complete = false;
    std::string_view rest = reply.raw();
    for (bool first = true; !rest.empty() && !complete; first = false) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : line.size());
        std::string hidden = redacted_reply(line);
        if (first && reply.code() != 0) hidden.replace(0, 4, line.substr(0, 4));
        complete = reader.push(hidden);
    }
    if (!complete) reader.cut({});
    return reader.reply();
}

/// The text with `***` in place of what it quotes, as `shown` does it.
inline std::string without_quotations(std::string_view text) {
    std::string out;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (quoted && text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            quoted = !quoted;
            out += quoted ? "\"***\"" : "";
        } else if (!quoted) {
            out += text[i];
        }
    }
    return out;
}

/// Whether the reply cannot quote anything.
inline bool is_plain(const Reply& reply) noexcept {
    const std::string_view raw = reply.raw();
    return raw == "200 result=-1" || raw == "200 result=0" || raw == "200 result=1";
}

/// Makes the exception one that a log may show: the request without its arguments, the reply
/// without what it says, as it may quote the request, and no other quotation. Its type stays, so
/// that `catch (AGIException& error)` can change it and `throw;` go on with it. To do so twice
/// changes nothing.
inline void redact(AGIException& error, Redaction redaction) {
    if (!redaction.request && !redaction.reply) return;
    const std::string quoted = joined({": reply ", shown(error.reply().raw())});
    std::string_view why = error.what();
    const bool has_reply =
        why.size() >= quoted.size() && why.substr(why.size() - quoted.size()) == quoted;
    if (has_reply) why.remove_suffix(quoted.size());
    const std::string_view begin = std::string_view{error.request()}.substr(0, 300);
    if (why.substr(0, begin.size()) == begin) why.remove_prefix(begin.size());
    if (error.request().size() > begin.size() && why.substr(0, 3) == "...") why.remove_prefix(3);
    if (!begin.empty() && why.substr(0, 2) == ": ") why.remove_prefix(2);

    const bool is_line = error.request() != "raw line";  // what Request::raw says in place of it
    const std::string request =
        redaction.request && is_line ? redacted_request(error.request()) : error.request();
    const std::string text = without_quotations(why);
    // The base alone: an AGIUsageError stays one.
    if (!has_reply) {
        error = AGIException(request, text);
    } else if (!redaction.reply && is_plain(error.reply())) {
        error = AGIException(request, Reply{error.reply()}, text);
    } else {
        error = AGIException(request, redacted_reply(error.reply()), text);
    }
}

}}}  // namespace agi::v0::wire
