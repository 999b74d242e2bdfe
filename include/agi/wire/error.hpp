// SPDX-License-Identifier: MIT
#pragma once
// The exceptions, and the one function that says which of them a reply is.

#include <agi/version.hpp>
#include <agi/wire/escape.hpp>
#include <agi/wire/reply.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 {

/// The base of all exceptions of the library. `what()` names the command and quotes the reply.
class AGIException : public std::runtime_error {
  public:
    explicit AGIException(const std::string& what) : std::runtime_error{what} {}

    /// `request`: the line that was sent, or was to be sent. `why`: what is wrong, in words.
    AGIException(std::string_view request, std::string_view why)
        : std::runtime_error{message(request, why)}, request_{request} {}

    AGIException(std::string_view request, const Reply& reply, std::string_view why)
        : std::runtime_error{message(request, why, ": reply ", wire::shown(reply.raw()))},
          request_{request},
          reply_{reply} {}

    /// The request line, or the command's name when no line was made. Empty where none was pending.
    [[nodiscard]] const std::string& request() const noexcept { return request_; }

    /// The reply; its code is 0 when there was none.
    [[nodiscard]] const Reply& reply() const noexcept { return reply_; }

  private:
    static std::string message(std::string_view request, std::string_view why,
                               std::string_view before_reply = {}, std::string_view reply = {}) {
        const std::string_view cut = request.size() > 300 ? "..." : "";
        const std::string_view after = request.empty() ? "" : ": ";
        return wire::joined({request.substr(0, 300), cut, after, why, before_reply, reply});
    }

    std::string request_{};
    Reply reply_{};
};

/// Something went wrong; the caller is still there, as far as is known.
class AGIError : public AGIException {
    using AGIException::AGIException;
};

/// 200 (or 503), but the command failed: `result=-1` and the like.
class AGIAppError : public AGIError {
    using AGIError::AGIError;
};

/// AstDB said no.
class AGIDBError : public AGIAppError {
    using AGIAppError::AGIAppError;
};

/// 510: Asterisk has no such command (its module may not be loaded).
class AGIInvalidCommandError : public AGIError {
    using AGIError::AGIError;
};

/// 520: wrong arguments. `reply().usage()` is what Asterisk says of the command.
class AGIUsageError : public AGIError {
    using AGIError::AGIError;
};

/// 200 without `result=`.
class AGINoResultError : public AGIError {
    using AGIError::AGIError;
};

/// Another code, a line that is not a reply, or a reply that this command never gets.
class AGIUnknownError : public AGIError {
    using AGIError::AGIError;
};

/// Refused before anything was sent: LF or NUL, too long, too many words, out of range.
class AGIArgumentError : public AGIError {
    using AGIError::AGIError;
};

/// The reply did not come within the deadline of execute_within. It is still owed.
class AGITimeoutError : public AGIError {
    using AGIError::AGIError;
};

/// The call is over: one catch for all of these.
class AGIHangup : public AGIException {
    using AGIException::AGIException;
};

/// The reply says so: `(hangup)`, or -1 and the channel is found dead.
class AGIResultHangup : public AGIHangup {
    using AGIHangup::AGIHangup;
};

/// 511: the channel has hung up, or this is an interception routine, and the command needs it.
class AGIDeadChannelError : public AGIHangup {
    using AGIHangup::AGIHangup;
};

/// SIGHUP came, where the program asked to be told by an exception.
class AGISIGHUPHangup : public AGIHangup {
    using AGIHangup::AGIHangup;
};

/// The stream closed before the reply.
class AGISIGPIPEHangup : public AGIHangup {
    using AGIHangup::AGIHangup;
};

namespace wire {

/// Throws what a reply means that no command can read.
[[noreturn]] inline void throw_error(std::string_view request, const Reply& reply) {
    if (reply.truncated()) {
        throw AGIUnknownError(request, reply, "the reply is larger than the reader's limit");
    }
    switch (reply.code()) {
        case 200: throw AGINoResultError(request, reply, "200 without a result");
        case 503: throw AGIAppError(request, reply, "Asterisk could not run the command");
        case 510: throw AGIInvalidCommandError(request, reply, "unknown command");
        case 511: throw AGIDeadChannelError(request, reply, "not permitted on a dead channel");
        case 520: throw AGIUsageError(request, reply, "wrong arguments");
        case 0: throw AGIUnknownError(request, reply, "this line is not a reply");
        default: throw AGIUnknownError(request, reply, "unknown reply code");
    }
}

/// Whether it is a 200 with a result: that is for the command to read.
inline bool is_readable(const Reply& reply) noexcept {
    return reply.code() == 200 && reply.has_result() && !reply.truncated();
}

/// Throws what the reply means, unless it is readable.
inline void throw_on_error(std::string_view request, const Reply& reply) {
    if (!is_readable(reply)) throw_error(request, reply);
}

}  // namespace wire
}}  // namespace agi::v0
