// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/error.hpp>
#include <agi/wire/reply_reader.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

using namespace agi;
using wire::parse_reply;

namespace {

/// The exception that a reply is thrown as, by name; empty when it is none.
std::string thrown_for(std::string_view line) {
    const Reply reply = parse_reply(line);
    try {
        wire::throw_on_error("NOOP", reply);
        return {};
    } catch (const AGIAppError&) {
        return "AGIAppError";
    } catch (const AGIInvalidCommandError&) {
        return "AGIInvalidCommandError";
    } catch (const AGIDeadChannelError&) {
        return "AGIDeadChannelError";
    } catch (const AGIUsageError&) {
        return "AGIUsageError";
    } catch (const AGINoResultError&) {
        return "AGINoResultError";
    } catch (const AGIUnknownError&) {
        return "AGIUnknownError";
    }
}

template <class Derived, class Base>
constexpr bool is_a = std::is_base_of_v<Base, Derived>&& std::is_convertible_v<Derived*, Base*>;

}  // namespace

TEST_CASE("throw_on_error: which exception a reply is") {
    const auto [line, expected] = GENERATE(table<std::string, std::string>({
        {"200 result=0", ""},
        {"200 result=-1", ""},
        {"200 result=", ""},
        {"200 result=1 (hangup)", ""},
        {"200", "AGINoResultError"},
        {"200 OK", "AGINoResultError"},
        {"503 result=-2 Memory allocation failure", "AGIAppError"},
        {"510 Invalid or unknown command", "AGIInvalidCommandError"},
        {"510 result=-1", "AGIInvalidCommandError"},
        {"511 Command Not Permitted on a dead channel", "AGIDeadChannelError"},
        {"520 Invalid command syntax.  Proper usage not available.", "AGIUsageError"},
        {"520-a\nb\n520 End of proper usage.", "AGIUsageError"},
        {"299 result=0", "AGIUnknownError"},
        {"404 Not Found", "AGIUnknownError"},
        {"999", "AGIUnknownError"},
        {"not a reply", "AGIUnknownError"},
    }));
    CAPTURE(line);
    CHECK(thrown_for(line) == expected);
}

TEST_CASE("throw_on_error: a reply over the limit is an error whatever it says") {
    wire::ReplyReader reader{10};
    reader.expect(ReplyForm::tags);
    REQUIRE(reader.push("200 result=0 and more"));
    CHECK_THROWS_AS(wire::throw_on_error("NOOP", reader.reply()), AGIUnknownError);
    CHECK_THROWS_WITH(wire::throw_on_error("NOOP", reader.reply()),
                      R"(NOOP: the reply is larger than the reader's limit: reply "200 result")");
}

TEST_CASE("throw_on_error: the message names the request and quotes the reply") {
    const auto [line, expected] = GENERATE(table<std::string, std::string>({
        {"200 OK", R"(NOOP "x": 200 without a result: reply "200 OK")"},
        {"503 result=-2 Memory allocation failure",
         "NOOP \"x\": Asterisk could not run the command: "
         "reply \"503 result=-2 Memory allocation failure\""},
        {"510 Invalid or unknown command",
         R"(NOOP "x": unknown command: reply "510 Invalid or unknown command")"},
        {"511 Command Not Permitted on a dead channel",
         "NOOP \"x\": not permitted on a dead channel: "
         "reply \"511 Command Not Permitted on a dead channel\""},
        {"520-a\n\"b\"\n520 End of proper usage.",
         R"(NOOP "x": wrong arguments: reply "520-a\n\"b\"\n520 End of proper usage.")"},
        {"404 Not Found", R"(NOOP "x": unknown reply code: reply "404 Not Found")"},
        {"\x01", R"(NOOP "x": this line is not a reply: reply "\x01")"},
    }));
    CHECK_THROWS_WITH(wire::throw_on_error(R"(NOOP "x")", parse_reply(line)), expected);
}

TEST_CASE("AGIException: carries the request and the reply") {
    const Reply reply = parse_reply("520-a\nusage\n520 End of proper usage.");
    try {
        wire::throw_on_error("STREAM FILE", reply);
        FAIL("not thrown");
    } catch (const AGIException& error) {
        CHECK(error.request() == "STREAM FILE");
        CHECK(error.reply().code() == 520);
        CHECK(error.reply().usage() == "usage");
    }
}

TEST_CASE("AGIException: without a reply, and without a request") {
    const AGIHangup hangup{"NOOP", "the stream closed"};
    CHECK(std::string{hangup.what()} == "NOOP: the stream closed");
    CHECK(hangup.request() == "NOOP");
    CHECK(hangup.reply().code() == 0);
    CHECK(hangup.reply().raw().empty());

    const AGIError plain{"just words"};
    CHECK(std::string{plain.what()} == "just words");
    CHECK(plain.request().empty());

    const AGIError nothing_pending{"", "why"};
    CHECK(std::string{nothing_pending.what()} == "why");
}

TEST_CASE("AGIException: a long request is cut in the message only") {
    const std::string request(301, 'x');
    const AGIError error{request, "too long"};
    CHECK(std::string{error.what()} == std::string(300, 'x') + "...: too long");
    CHECK(error.request() == request);
    const AGIError whole{request.substr(1), "why"};
    CHECK(std::string{whole.what()} == std::string(300, 'x') + ": why");
}

TEST_CASE("AGIException: a long reply is cut in the message only") {
    const std::string line = "404 " + std::string(500, 'x');
    const AGIError error{"NOOP", parse_reply(line), "why"};
    CHECK(std::string{error.what()} ==
          "NOOP: why: reply \"404 " + std::string(196, 'x') + "...\" (504 bytes)");
    CHECK(error.reply().raw() == line);
}

TEST_CASE("AGIException: the tree") {
    STATIC_REQUIRE(is_a<AGIException, std::runtime_error>);
    STATIC_REQUIRE(is_a<AGIError, AGIException>);
    STATIC_REQUIRE(is_a<AGIAppError, AGIError>);
    STATIC_REQUIRE(is_a<AGIDBError, AGIAppError>);
    STATIC_REQUIRE(is_a<AGIInvalidCommandError, AGIError>);
    STATIC_REQUIRE(is_a<AGIDeadChannelError, AGIHangup>);
    STATIC_REQUIRE(is_a<AGIUsageError, AGIError>);
    STATIC_REQUIRE(is_a<AGINoResultError, AGIError>);
    STATIC_REQUIRE(is_a<AGIUnknownError, AGIError>);
    STATIC_REQUIRE(is_a<AGIArgumentError, AGIError>);
    STATIC_REQUIRE(is_a<AGIHangup, AGIException>);
    STATIC_REQUIRE(is_a<AGIResultHangup, AGIHangup>);
    STATIC_REQUIRE(is_a<AGISIGHUPHangup, AGIHangup>);
    STATIC_REQUIRE(is_a<AGISIGPIPEHangup, AGIHangup>);
    STATIC_REQUIRE_FALSE(std::is_base_of_v<AGIError, AGIHangup>);
    STATIC_REQUIRE_FALSE(std::is_base_of_v<AGIAppError, AGIUsageError>);
}
