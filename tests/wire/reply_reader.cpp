// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/reply_reader.hpp>

#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace agi;
using wire::ReplyReader;

namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view opening = "520-Invalid command syntax.  Proper usage follows:";
constexpr std::string_view terminator = "520 End of proper usage.";

/// Pushes the lines, none of which but the last completes a reply.
Reply read(ReplyReader& reader, const Lines& lines, ReplyForm form = ReplyForm::tags) {
    reader.expect(form);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        CAPTURE(i, lines[i]);
        REQUIRE(reader.push(lines[i]) == (i + 1 == lines.size()));
    }
    return reader.reply();
}

/// Whether the next reply is the one that comes next: nothing of an earlier one is left.
bool in_step(ReplyReader& reader) {
    reader.expect(ReplyForm::tags);
    return reader.push("200 result=77") && reader.reply().raw() == "200 result=77" &&
           reader.reply().code() == 200 && reader.reply().result() == "77" &&
           !reader.reply().truncated() && reader.reply().usage().empty();
}

}  // namespace

TEST_CASE("ReplyReader: codes") {
    const auto [line, code] = GENERATE(table<std::string, int>({
        {"200 result=0", 200},
        {"200", 200},
        {"200 ", 200},
        {"503 result=-2 Memory allocation failure", 503},
        {"510 Invalid or unknown command", 510},
        {"511 Command Not Permitted on a dead channel", 511},
        {"511 Command Not Permitted on a dead channel or intercept routine", 511},
        {"520 Invalid command syntax.  Proper usage not available.", 520},
        {"520 End of proper usage.", 520},
        {"404 Not Found", 404},
        {"999", 999},
        {"2000 result=0", 0},
        {"200result=0", 0},
        {"200-result=49", 0},
        {"200-", 0},
        {"100-result=0", 0},
        {"510-Invalid or unknown command", 0},
        {"521-x", 0},
        {"20 result=0", 0},
        {" 200 result=0", 0},
        {"result=0", 0},
        {"020 result=0", 0},
        {"abc", 0},
        {"hangup", 0},
        {"HANGUPS", 0},
        {"200\tresult=0", 0},
        {std::string{"\0", 1}, 0},
    }));
    CAPTURE(line);
    ReplyReader reader;
    CHECK(read(reader, {line}).code() == code);
    CHECK(reader.reply().raw() == line);
    CHECK_FALSE(reader.reply().truncated());
    CHECK_FALSE(reader.hung_up());
}

TEST_CASE("ReplyReader: the result is a token of text") {
    const auto [line, result, number] =
        GENERATE(table<std::string, std::string, std::optional<int>>({
            {"200 result=0", "0", 0},
            {"200 result=-1", "-1", -1},
            {"200 result=", "", std::nullopt},
            {"200 result= (timeout)", "", std::nullopt},
            {"200 result=007", "007", 7},
            {"200 result=*12#", "*12#", std::nullopt},
            {"200 result=1 (a)", "1", 1},
            {"200 result=99999999999", "99999999999", std::nullopt},
            {"200 result=(x)", "(x)", std::nullopt},
            {"503 result=-2 Memory allocation failure", "-2", -2},
        }));
    CAPTURE(line);
    const Reply reply = wire::parse_reply(line);
    CHECK(reply.has_result());
    CHECK(reply.result() == result);
    CHECK(reply.number() == number);
}

TEST_CASE("ReplyReader: a reply need not have a result") {
    const std::string line =
        GENERATE("200", "200 ", "200 Result=0", "200  result=0", "200 xresult=0",
                 "510 Invalid or unknown command", "510 result=-1", "abc result=5");
    CAPTURE(line);
    const Reply reply = wire::parse_reply(line);
    CHECK_FALSE(reply.has_result());
    CHECK(reply.result().empty());
    CHECK_FALSE(reply.number());
    CHECK_FALSE(reply.data());
}

TEST_CASE("ReplyReader: tags and their attributes") {
    using Tag = std::optional<std::string_view>;
    const auto [line, data, endpos] = GENERATE(table<std::string, Tag, std::optional<long long>>({
        {"200 result=0", Tag{}, std::nullopt},
        {"200 result=0 endpos=8000", Tag{}, 8000},
        {"200 result=0 endpos=-1", Tag{}, -1},
        {"200 result=49 (dtmf) endpos=16000", "dtmf", 16000},
        {"200 result=49 (timeout) endpos=0", "timeout", 0},
        {"200 result=-1 (hangup)", "hangup", std::nullopt},
        {"200 result=0 ()", "", std::nullopt},
        {"200 result=1 (speech) endpos=9 results=1 score0=80", "speech", 9},
        {"200 result=0 endpos=", Tag{}, std::nullopt},
        {"200 result=0 endpos=abc", Tag{}, std::nullopt},
        {"200 result=0 endpos=99999999999999999999", Tag{}, std::nullopt},
        {"200 result=0 (dtmf)endpos=1", Tag{}, std::nullopt},
        {"200 result=0 (dtmf", Tag{}, std::nullopt},
        {"200 result=0 xendpos=1", Tag{}, std::nullopt},
        {"200 result=0 endposition=1", Tag{}, std::nullopt},
    }));
    CAPTURE(line);
    const Reply reply = wire::parse_reply(line);
    CHECK(reply.data() == data);
    CHECK(reply.endpos() == endpos);
}

TEST_CASE("Reply: attribute") {
    const Reply reply = wire::parse_reply(
        "200 result=1 (speech) endpos=1920 results=2 score0=80 text0=yes grammar0=a=b x= "
        "endpos=5 ");
    CHECK(reply.attribute("results") == "2");
    CHECK(reply.attribute("text0") == "yes");
    CHECK(reply.attribute("grammar0") == "a=b");
    CHECK(reply.attribute("x") == "");
    CHECK(reply.attribute("endpos") == "1920");
    CHECK_FALSE(reply.attribute("score"));
    CHECK_FALSE(reply.attribute("score1"));
    CHECK_FALSE(reply.attribute("speech"));
    CHECK_FALSE(wire::parse_reply("200 result=1 (a=b)", ReplyForm::value).attribute("a"));
}

TEST_CASE("ReplyReader: a value goes to the last parenthesis") {
    using Tag = std::optional<std::string_view>;
    const auto [line, value] = GENERATE(table<std::string, Tag>({
        {"200 result=1 (abc)", "abc"},
        {"200 result=1 ()", ""},
        {"200 result=1 (a) b)", "a) b"},
        {"200 result=1 (x) endpos=5)", "x) endpos=5"},
        {"200 result=1 (timeout)", "timeout"},
        {"200 result=1 (a) (b))", "a) (b)"},
        {"200 result=1 (HANGUP)", "HANGUP"},
        {"200 result=1 (200 result=0)", "200 result=0"},
        {"200 result=0", Tag{}},
        {"200 result=1 x(a)", Tag{}},
    }));
    CAPTURE(line);
    const Reply reply = wire::parse_reply(line, ReplyForm::value);
    CHECK(reply.code() == 200);
    CHECK(reply.data() == value);
    CHECK_FALSE(reply.endpos());
}

TEST_CASE("ReplyReader: free text, with or without something in parentheses") {
    const ReplyForm form = GENERATE(ReplyForm::text, ReplyForm::application);
    const Reply complete = wire::parse_reply("200 result=0 Gosub complete", form);
    CHECK(complete.text() == "Gosub complete");
    CHECK_FALSE(complete.data());
    const Reply abnormal = wire::parse_reply("200 result=0 Gosub complete (abnormal exit)", form);
    CHECK(abnormal.text() == "Gosub complete (abnormal exit)");
    CHECK(abnormal.data() == "abnormal exit");
    CHECK(wire::parse_reply("200 result=0", form).text().empty());
    CHECK(wire::parse_reply("510 Invalid or unknown command", form).text() ==
          "Invalid or unknown command");
}

TEST_CASE("ReplyReader: a value over several lines") {
    const auto [lines, value] = GENERATE(table<Lines, std::string>({
        {{"200 result=1 (a", "b)"}, "a\nb"},
        {{"200 result=1 (", ")"}, "\n"},
        {{"200 result=1 (a", "", "", "b)"}, "a\n\n\nb"},
        {{"200 result=1 (a", "HANGUP", "b)"}, "a\nHANGUP\nb"},
        {{"200 result=1 (a", "100 result=0 Trying...", "b)"}, "a\n100 result=0 Trying...\nb"},
        {{"200 result=1 (a", "520-Invalid", "b)"}, "a\n520-Invalid\nb"},
        {{"200 result=1 (a", "200 result=1 (b)"}, "a\n200 result=1 (b"},
        {{"200 result=1 (a) b", "c)"}, "a) b\nc"},
        {{"200 result=1 (a\r", "\r", "b\r", "c)"}, "a\r\n\r\nb\r\nc"},
    }));
    CAPTURE(lines);
    ReplyReader reader;
    const Reply reply = read(reader, lines, ReplyForm::value);
    CHECK(reply.code() == 200);
    CHECK(reply.result() == "1");
    CHECK(reply.data() == value);
    CHECK_FALSE(reader.hung_up());
    CHECK(in_step(reader));
}

TEST_CASE("ReplyReader: a CR at the end of a value's line feed is the value's, at its end not") {
    ReplyReader reader;
    CHECK(read(reader, {"200 result=1 (a)\r"}, ReplyForm::value).data() == "a");
    CHECK(read(reader, {"200 result=1 (a\r", "b)\r"}, ReplyForm::value).data() == "a\r\nb");
    CHECK(reader.reply().raw() == "200 result=1 (a\r\nb)");
}

TEST_CASE("ReplyReader: only a value may have several lines") {
    const ReplyForm form = GENERATE(ReplyForm::tags, ReplyForm::text, ReplyForm::application);
    ReplyReader reader;
    CHECK_FALSE(read(reader, {"200 result=1 (a"}, form).data());
    CHECK(in_step(reader));
}

TEST_CASE("ReplyReader: a line that is no reply is one of code 0") {
    ReplyReader reader;
    CHECK(read(reader, {"200 result=0"}, ReplyForm::value).code() == 200);
    CHECK(read(reader, {"b)"}).code() == 0);
    CHECK(reader.reply().raw() == "b)");
    CHECK_FALSE(reader.reply().has_result());
    CHECK_FALSE(reader.reply().data());
}

TEST_CASE("ReplyReader: skim knows the lines by which Asterisk tells of the hang-up") {
    const auto [line, known, hung_up] = GENERATE(table<std::string, bool, bool>({
        {"HANGUP", true, true},
        {"HANGUP\r", true, true},
        {"HANGUPHANGUP", true, true},
        {"HANGUP200 result=0", false, true},
        {"HANGUPS", false, false},
        {"", false, false},
        {"200 result=0", false, false},
    }));
    CAPTURE(line);
    ReplyReader reader;
    CHECK(reader.skim(line) == known);
    CHECK(reader.hung_up() == hung_up);
}

TEST_CASE("ReplyReader: a 520 block") {
    ReplyReader reader;
    const Reply reply = read(
        reader, {std::string{opening}, "Usage: ANSWER", "", "\tAnswers.", std::string{terminator}});
    CHECK(reply.code() == 520);
    CHECK(reply.usage() == "Usage: ANSWER\n\n\tAnswers.");
    CHECK(reply.raw() ==
          std::string{opening} + "\nUsage: ANSWER\n\n\tAnswers.\n" + std::string{terminator});
    CHECK_FALSE(reply.has_result());
    CHECK(in_step(reader));
}

TEST_CASE("ReplyReader: what looks like another reply in a 520 block is usage text") {
    const std::string line =
        GENERATE("200 result=1 (testvariable)", "510 Invalid", "HANGUP", "", "520-Invalid",
                 "100 result=0 Trying...", "520 ", "520 End of proper usage. Not.");
    CAPTURE(line);
    ReplyReader reader;
    const Reply reply = read(reader, {std::string{opening}, line, std::string{terminator}});
    CHECK(reply.code() == 520);
    CHECK(reply.usage() == line);
    CHECK_FALSE(reader.hung_up());
    CHECK(in_step(reader));
}

TEST_CASE("ReplyReader: a 520 block whose end is glued to the text") {
    ReplyReader reader;
    const Reply reply =
        read(reader, {std::string{opening}, "Usage:", "some text." + std::string{terminator}});
    CHECK(reply.code() == 520);
    CHECK(reply.usage() == "Usage:\nsome text.");
    CHECK(reply.raw() == std::string{opening} + "\nUsage:\nsome text." + std::string{terminator});
    CHECK(in_step(reader));
}

TEST_CASE("ReplyReader: a 520 of one line") {
    const auto [line, usage] = GENERATE(table<std::string, std::string>({
        {"520 Invalid command syntax.  Proper usage not available.", ""},
        {"520 End of proper usage.", ""},
        {"520-Invalid command syntax.520 End of proper usage.", ""},
        {"520", ""},
    }));
    CAPTURE(line);
    ReplyReader reader;
    const Reply reply = read(reader, {line});
    CHECK(reply.code() == 520);
    CHECK(reply.usage() == usage);
    CHECK(reply.raw() == line);
    CHECK(in_step(reader));
}

TEST_CASE("ReplyReader: an empty 520 block") {
    ReplyReader reader;
    const Reply reply = read(reader, {"520-", std::string{terminator}});
    CHECK(reply.code() == 520);
    CHECK(reply.usage().empty());
    CHECK(reply.raw() == "520-\n" + std::string{terminator});
    CHECK(in_step(reader));
}

TEST_CASE("ReplyReader: CRLF") {
    ReplyReader reader;
    CHECK(read(reader, {"200 result=0\r"}).raw() == "200 result=0");
    CHECK(read(reader, {"\r", "200 result=12 (timeout)\r"}).data() == "timeout");
    CHECK(read(reader, {"HANGUP\r", "200 result=0 endpos=8\r"}).endpos() == 8);
    CHECK(reader.hung_up());
    CHECK(
        read(reader, {"520-Invalid\r", "a\r", "\r", "b\r", "520 End of proper usage.\r"}).usage() ==
        "a\n\nb");
    CHECK(read(reader, {"520-Invalid\r", "a.520 End of proper usage.\r"}).usage() == "a.");
    CHECK(in_step(reader));
}

TEST_CASE("ReplyReader: every form reads a 520 block") {
    const ReplyForm form =
        GENERATE(ReplyForm::tags, ReplyForm::value, ReplyForm::text, ReplyForm::application);
    ReplyReader reader;
    CHECK(read(reader, {std::string{opening}, "(a", std::string{terminator}}, form).usage() ==
          "(a");
    CHECK(in_step(reader));
}

TEST_CASE("ReplyReader: HANGUP before a reply") {
    const auto [lines, raw] = GENERATE(table<Lines, std::string>({
        {{"HANGUP", "200 result=0"}, "200 result=0"},
        {{"HANGUP", "HANGUP", "200 result=0"}, "200 result=0"},
        {{"HANGUP200 result=0"}, "200 result=0"},
        {{"HANGUP511 Command Not Permitted"}, "511 Command Not Permitted"},
        {{"HANGUPHANGUP", "200 result=0"}, "200 result=0"},
        {{"HANGUPHANGUP200 result=0"}, "200 result=0"},
        {{"HANGUP100 result=0 Trying...", "200 result=0"}, "200 result=0"},
        {{"100 result=0 Trying...", "HANGUP", "200 result=0"}, "200 result=0"},
        {{"HANGUP\r", "200 result=0\r"}, "200 result=0"},
        {{"", "HANGUP", "", "200 result=0"}, "200 result=0"},
        {{"HANGUP520-a", "b", "520 End of proper usage."}, "520-a\nb\n520 End of proper usage."},
    }));
    CAPTURE(lines);
    ReplyReader reader;
    CHECK_FALSE(reader.hung_up());
    CHECK(read(reader, lines).raw() == raw);
    CHECK(reader.hung_up());
    CHECK(in_step(reader));
    CHECK(reader.hung_up());
}

TEST_CASE("ReplyReader: HANGUP glued to a value") {
    ReplyReader reader;
    CHECK(read(reader, {"HANGUP200 result=1 (HANGUP", "b)"}, ReplyForm::value).data() ==
          "HANGUP\nb");
    CHECK(reader.hung_up());
}

TEST_CASE("ReplyReader: HANGUP with other text is no hang-up") {
    const std::string line = GENERATE("HANGUPS", "HANGUP now", "HANGUP2000 x",
                                      "HANGUP 200 result=0", "hangup", "XHANGUP");
    CAPTURE(line);
    ReplyReader reader;
    CHECK(read(reader, {line}).code() == 0);
    CHECK_FALSE(reader.hung_up());
}

TEST_CASE("ReplyReader: provisional replies and blank lines are skipped") {
    ReplyReader reader;
    const Reply reply = read(
        reader,
        {"", "100 result=0 Trying...", "\r", "100 Trying", "199", "200 result=0 Gosub complete"},
        ReplyForm::text);
    CHECK(reply.code() == 200);
    CHECK(reply.text() == "Gosub complete");
    CHECK(in_step(reader));
}

TEST_CASE("ReplyReader: a reply over the limit is cut, and the next one is whole") {
    constexpr std::size_t limit = 100;
    ReplyReader reader{limit};

    SECTION("a long line") {
        const Reply reply = read(reader, {"200 result=1 (" + std::string(1000, 'x') + ')'});
        CHECK(reply.truncated());
        CHECK(reply.code() == 200);
        CHECK(reply.raw().size() == limit);
    }
    SECTION("a value over many lines") {
        reader.expect(ReplyForm::value);
        CHECK_FALSE(reader.push("200 result=1 (first"));
        for (int i = 0; i < 1000; ++i) REQUIRE_FALSE(reader.push("0123456789"));
        CHECK(reader.push("end)"));
        CHECK(reader.reply().truncated());
        CHECK(reader.reply().raw().size() == limit);
        CHECK_FALSE(reader.reply().data());
    }
    SECTION("usage text") {
        reader.expect(ReplyForm::tags);
        CHECK_FALSE(reader.push(opening));
        for (int i = 0; i < 1000; ++i) REQUIRE_FALSE(reader.push("0123456789"));
        CHECK(reader.push(terminator));
        CHECK(reader.reply().truncated());
        CHECK(reader.reply().code() == 520);
        CHECK(reader.reply().raw().size() == limit);
        CHECK(reader.reply().usage().substr(0, 11) == "0123456789\n");
    }
    CHECK(in_step(reader));
}

TEST_CASE("ReplyReader: a reply of exactly the limit is whole") {
    const std::string line = "200 result=0";
    ReplyReader exact{line.size()};
    CHECK(read(exact, {line}).raw() == line);
    CHECK_FALSE(exact.reply().truncated());
    ReplyReader small{line.size() - 1};
    CHECK(read(small, {line}).truncated());
}

TEST_CASE("ReplyReader: no reply has 4 GB") {
    CHECK(ReplyReader{}.limit() == ReplyReader::default_limit);
    CHECK(ReplyReader{ReplyReader::largest_limit - 1}.limit() == 0xffff'fffe);
    ReplyReader reader{std::numeric_limits<std::size_t>::max()};
    CHECK(reader.limit() == 0xffff'ffff);
    CHECK(read(reader, {"200 result=0"}).raw() == "200 result=0");
}

TEST_CASE("ReplyReader: any limit holds for any reply") {
    for (std::size_t limit = 0; limit < 100; ++limit) {
        CAPTURE(limit);
        for (const ReplyForm form : {ReplyForm::tags, ReplyForm::value, ReplyForm::application}) {
            ReplyReader reader{limit};
            CHECK(
                read(reader, {std::string{opening}, "usage", "text", std::string{terminator}}, form)
                    .raw()
                    .size() <= limit);
            CHECK(reader.reply().usage().size() <= limit);
            CHECK(read(reader, {"200 result=12 (tag) endpos=5 (value)"}, form).raw().size() <=
                  limit);
            CHECK(reader.reply().result().size() <= limit);
            CHECK(reader.reply().text().size() <= limit);
            CHECK(reader.reply().endpos().value_or(5) == 5);
        }
    }
}

TEST_CASE("ReplyReader: lines before a reply are bounded too") {
    const auto [line, form] = GENERATE(table<std::string, ReplyForm>({
        {"", ReplyForm::tags},
        {"HANGUP", ReplyForm::tags},
        {"100 result=0 Trying...", ReplyForm::text},
    }));
    CAPTURE(line);
    ReplyReader reader{100};
    reader.expect(form);
    int pushed = 0;
    while (!reader.push(line) && pushed < 1000) ++pushed;
    CHECK(pushed <= 101);
    CHECK(reader.reply().truncated());
    CHECK(reader.reply().code() == 0);
    CHECK(reader.reply().raw().size() <= 100);
    CHECK(in_step(reader));
}

TEST_CASE("ReplyReader: the bound on skipped lines is for each reply") {
    ReplyReader reader{100};
    for (int i = 0; i < 100; ++i) {
        CHECK(read(reader, {"HANGUP", "HANGUP", "HANGUP", "200 result=0"}).code() == 200);
    }
}

TEST_CASE("ReplyReader: a line that was lost") {
    ReplyReader reader;
    reader.expect(ReplyForm::value);

    SECTION("instead of the reply") {
        CHECK(reader.lose_line());
        CHECK(reader.reply().code() == 0);
        CHECK(reader.reply().raw().empty());
    }
    SECTION("in a value") {
        CHECK_FALSE(reader.push("200 result=1 (a"));
        CHECK(reader.lose_line());
        CHECK(reader.reply().code() == 200);
        CHECK_FALSE(reader.reply().data());
    }
    SECTION("in a usage text") {
        CHECK_FALSE(reader.push(opening));
        CHECK_FALSE(reader.lose_line());
        CHECK(reader.push(terminator));
        CHECK(reader.reply().code() == 520);
    }
    CHECK(reader.reply().truncated());
    CHECK(in_step(reader));
}

TEST_CASE("ReplyReader: cut before a reply") {
    ReplyReader reader;
    reader.expect(ReplyForm::tags);
    CHECK_FALSE(reader.cut(""));
    const std::string partial = GENERATE("HANGUP", "\r", "100 result=0 Tryi", "HANGUPHANGUP");
    CAPTURE(partial);
    CHECK_FALSE(reader.cut(partial));
    CHECK(reader.hung_up() == (partial.front() == 'H'));
}

TEST_CASE("ReplyReader: cut in a reply keeps what came of it") {
    ReplyReader reader;

    SECTION("a line without its end") {
        reader.expect(ReplyForm::tags);
        CHECK(reader.cut("200 result=0"));
        CHECK(reader.reply().code() == 200);
        CHECK(reader.reply().raw() == "200 result=0");
    }
    SECTION("less than a code") {
        reader.expect(ReplyForm::tags);
        CHECK(reader.cut("20"));
        CHECK(reader.reply().code() == 0);
        CHECK(reader.reply().raw() == "20");
    }
    SECTION("a value in its first line") {
        reader.expect(ReplyForm::value);
        CHECK(reader.cut("200 result=1 (abc"));
        CHECK(reader.reply().code() == 200);
        CHECK(reader.reply().result() == "1");
        CHECK_FALSE(reader.reply().data());
        CHECK(reader.reply().raw() == "200 result=1 (abc");
    }
    SECTION("a value between its lines") {
        reader.expect(ReplyForm::value);
        CHECK_FALSE(reader.push("200 result=1 (abc"));
        CHECK(reader.cut(""));
        CHECK(reader.reply().result() == "1");
        CHECK(reader.reply().raw() == "200 result=1 (abc");
    }
    SECTION("a value in a later line") {
        reader.expect(ReplyForm::value);
        CHECK_FALSE(reader.push("200 result=1 (abc"));
        CHECK(reader.cut("de"));
        CHECK(reader.reply().result() == "1");
        CHECK(reader.reply().raw() == "200 result=1 (abc\nde");
        CHECK_FALSE(reader.reply().data());
    }
    SECTION("usage text") {
        reader.expect(ReplyForm::tags);
        CHECK_FALSE(reader.push(opening));
        CHECK_FALSE(reader.push("first"));
        CHECK(reader.cut("seco"));
        CHECK(reader.reply().code() == 520);
        CHECK(reader.reply().usage() == "first\nseco");
        CHECK(reader.reply().raw() == std::string{opening} + "\nfirst\nseco");
    }
    SECTION("usage text before its first line") {
        reader.expect(ReplyForm::tags);
        CHECK_FALSE(reader.push(opening));
        CHECK(reader.cut(""));
        CHECK(reader.reply().code() == 520);
        CHECK(reader.reply().usage().empty());
        CHECK(reader.reply().raw() == opening);
    }
    SECTION("an earlier reply does not show through") {
        CHECK(read(reader, {"200 result=7 (old) endpos=1"}).number() == 7);
        reader.expect(ReplyForm::tags);
        CHECK(reader.cut("51"));
        CHECK(reader.reply().raw() == "51");
        CHECK_FALSE(reader.reply().has_result());
        CHECK_FALSE(reader.reply().data());
        CHECK_FALSE(reader.reply().endpos());
    }
}

TEST_CASE("Reply: a default one is empty") {
    const Reply reply;
    CHECK(reply.code() == 0);
    CHECK(reply.raw().empty());
    CHECK_FALSE(reply.has_result());
    CHECK(reply.result().empty());
    CHECK_FALSE(reply.number());
    CHECK_FALSE(reply.data());
    CHECK_FALSE(reply.endpos());
    CHECK(reply.text().empty());
    CHECK(reply.usage().empty());
    CHECK_FALSE(reply.truncated());
}

TEST_CASE("Reply: a copy has its own text") {
    ReplyReader reader;
    const Reply copy = read(reader, {"200 result=12 (tag) endpos=5"});
    read(reader, {"510 Invalid or unknown command"});
    CHECK(copy.result() == "12");
    CHECK(copy.data() == "tag");
    CHECK(copy.endpos() == 5);
}

TEST_CASE("parse_reply: reads the first reply of a text") {
    CHECK(wire::parse_reply("200 result=1").number() == 1);
    CHECK(wire::parse_reply("200 result=1\n").number() == 1);
    CHECK(wire::parse_reply("HANGUP\n\n200 result=1\n200 result=2\n").number() == 1);
    CHECK(wire::parse_reply("200 result=1 (a\nb)\n", ReplyForm::value).data() == "a\nb");
    CHECK(wire::parse_reply("520-x\nusage\n520 End of proper usage.\n").usage() == "usage");
}

TEST_CASE("parse_reply: code 0 when the text holds no complete reply") {
    const std::string text =
        GENERATE("", "\n", "HANGUP\n", "100 result=0 Trying...\n", "520-Invalid\nusage\n");
    CAPTURE(text);
    CHECK(wire::parse_reply(text).code() == 0);
    CHECK(wire::parse_reply("200 result=1 (a\nb", ReplyForm::value).code() == 0);
}
