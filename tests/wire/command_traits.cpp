// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/command_traits.hpp>

#include <string>
#include <string_view>

using namespace agi;

namespace {

/// A command that says nothing of its own but what it must.
struct Plain {
    [[nodiscard]] wire::Request request() const { return wire::Request{"PLAIN"}; }
    void parse(const Reply& /*reply*/) const {}
};

/// A command that says everything.
struct Full {
    static constexpr ReplyForm reply_form = ReplyForm::value;
    static bool says_hangup(const Reply& reply) noexcept { return reply.code() == 0; }
    [[nodiscard]] wire::Request request() const { return wire::Request{"FULL"}; }
    void parse(const Reply& /*reply*/) const {}
    void check_server(const ServerVersion& /*server*/) const {}
};

/// A command whose form depends on its members.
struct Dynamic {
    ReplyForm form;
    [[nodiscard]] ReplyForm reply_form() const noexcept { return form; }
};

struct Nothing {};

}  // namespace

TEST_CASE("reply_form: what the command says, or tags") {
    CHECK(wire::reply_form(Plain{}) == ReplyForm::tags);
    CHECK(wire::reply_form(Full{}) == ReplyForm::value);
    CHECK(wire::reply_form(Dynamic{ReplyForm::text}) == ReplyForm::text);
    CHECK(wire::reply_form(Dynamic{ReplyForm::none}) == ReplyForm::none);
}

TEST_CASE("reply_form: which members a command has") {
    STATIC_REQUIRE(wire::has_request<Plain>::value);
    STATIC_REQUIRE(wire::has_parse<Plain>::value);
    STATIC_REQUIRE_FALSE(wire::has_reply_form<Plain>::value);
    STATIC_REQUIRE_FALSE(wire::has_check_server<Plain>::value);
    STATIC_REQUIRE_FALSE(wire::has_says_hangup<Plain>::value);
    STATIC_REQUIRE(wire::has_reply_form<Full>::value);
    STATIC_REQUIRE(wire::has_check_server<Full>::value);
    STATIC_REQUIRE(wire::has_says_hangup<Full>::value);
    STATIC_REQUIRE(wire::has_reply_form<Dynamic>::value);
    STATIC_REQUIRE_FALSE(wire::has_request<Dynamic>::value);
    STATIC_REQUIRE_FALSE(wire::has_request<Nothing>::value);
    STATIC_REQUIRE_FALSE(wire::has_parse<Nothing>::value);
}

TEST_CASE("form_of: the command in a line tells how its reply is read") {
    const auto [line, form] = GENERATE(table<std::string, ReplyForm>({
        {"GET VARIABLE X", ReplyForm::value},
        {R"(get "variable" X)", ReplyForm::value},
        {"GET FULL VARIABLE ${X}", ReplyForm::value},
        {"DATABASE GET a b", ReplyForm::value},
        {"RECEIVE TEXT 0", ReplyForm::value},
        {"EXEC Playback a", ReplyForm::application},
        {" exec NoOp", ReplyForm::application},
        {"GOSUB a b c", ReplyForm::text},
        {"STREAM FILE a \"\"", ReplyForm::tags},
        {"DATABASE PUT a b c", ReplyForm::tags},
        {"GET DATA a", ReplyForm::tags},
        {"EXECUTE", ReplyForm::tags},
        {"\"GET VARIABLE\" X", ReplyForm::tags},
        {"", ReplyForm::tags},
    }));
    CAPTURE(line);
    CHECK(wire::form_of(line) == form);
}
