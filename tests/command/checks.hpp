// SPDX-License-Identifier: MIT
#pragma once
// What the tests of the commands share: a reply read as a session reads it, and what is thrown.

#include "catch.hpp"
#include <agi/wire/command_traits.hpp>
#include <agi/wire/reply_reader.hpp>

#include <string>
#include <string_view>

namespace checks {

/// An exception by its own type, not by that of a base.
struct Thrown {
    std::string type = "nothing";
    std::string what;
    std::string request;
    std::string reply;
};

template <class Call>
Thrown thrown_by(Call&& call) {
    const auto seen = [](const char* type, const agi::AGIException& error) {
        return Thrown{type, error.what(), error.request(), std::string{error.reply().raw()}};
    };
    try {
        call();
    } catch (const agi::AGIDBError& e) {
        return seen("AGIDBError", e);
    } catch (const agi::AGIAppError& e) {
        return seen("AGIAppError", e);
    } catch (const agi::AGIInvalidCommandError& e) {
        return seen("AGIInvalidCommandError", e);
    } catch (const agi::AGIDeadChannelError& e) {
        return seen("AGIDeadChannelError", e);
    } catch (const agi::AGIUsageError& e) {
        return seen("AGIUsageError", e);
    } catch (const agi::AGINoResultError& e) {
        return seen("AGINoResultError", e);
    } catch (const agi::AGIUnknownError& e) {
        return seen("AGIUnknownError", e);
    } catch (const agi::AGIArgumentError& e) {
        return seen("AGIArgumentError", e);
    } catch (const agi::AGIError& e) {
        return seen("AGIError", e);
    } catch (const agi::AGIResultHangup& e) {
        return seen("AGIResultHangup", e);
    } catch (const agi::AGISIGHUPHangup& e) {
        return seen("AGISIGHUPHangup", e);
    } catch (const agi::AGISIGPIPEHangup& e) {
        return seen("AGISIGPIPEHangup", e);
    } catch (const agi::AGIHangup& e) {
        return seen("AGIHangup", e);
    } catch (const agi::AGIException& e) {
        return seen("AGIException", e);
    }
    return {};
}

/// The result of a command whose reply is this text, with or without the last LF.
template <class Command>
auto result_of(const Command& command, std::string_view reply_text) {
    const auto reply = agi::wire::parse_reply(reply_text, agi::wire::reply_form(command));
    agi::wire::throw_on_error(command.request(), reply);
    return command.parse(reply);
}

/// Checks that the reply makes the command throw this very type, and that the message names the
/// request, says why, and quotes the reply.
template <class Command>
void check_failure(const Command& command, const std::string& reply_text, const std::string& type,
                   const std::string& why) {
    CAPTURE(reply_text);
    const Thrown error = thrown_by([&] { static_cast<void>(result_of(command, reply_text)); });
    const std::string request{command.request().view()};
    CHECK(error.type == type);
    CHECK(error.what == request + ": " + why + ": reply " + agi::wire::shown(reply_text));
    CHECK(error.request == request);
    CHECK(error.reply == reply_text);
}

/// Checks that a number, or a text, that the command never gets is refused as such.
template <class Command>
void check_unexpected(const Command& command, const std::string& reply_text) {
    check_failure(command, reply_text, "AGIUnknownError", "not a reply to this command");
}

/// Checks that no request is made, and that the message is `what`.
template <class Command>
void check_refused(const Command& command, const std::string& what) {
    const Thrown error = thrown_by([&] { static_cast<void>(command.request()); });
    CHECK(error.type == "AGIArgumentError");
    CHECK(error.what == what);
    CHECK(error.reply.empty());
}

}  // namespace checks
