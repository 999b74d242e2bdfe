// SPDX-License-Identifier: MIT
// Messages of the manager interface from bytes, in any pieces.

#include "catch.hpp"
#include <agi/ami/message_reader.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace agi::ami;

namespace {

/// `Name=value|Name=value`, `!` behind it when something was lost.
std::string shown(const Message& message) {
    std::string text;
    message.for_each([&](std::string_view name, std::string_view value) {
        if (!text.empty()) text += '|';
        text.append(name).append(1, '=').append(value);
    });
    return message.truncated() ? text + '!' : text;
}

std::vector<std::string> read(std::string_view bytes, std::size_t piece,
                              MessageLimits limits = {}) {
    std::vector<std::string> all;
    MessageReader reader{limits};
    while (!bytes.empty()) {
        reader.push(
            bytes.substr(0, piece),
            [&](std::string_view first) { all.push_back('[' + std::string{first} + ']'); },
            [&](const Message& message) { all.push_back(shown(message)); });
        bytes.remove_prefix(std::min(piece, bytes.size()));
    }
    return all;
}

}  // namespace

TEST_CASE("MessageReader: messages in any pieces") {
    const std::string banner = "Asterisk Call Manager/11.0.0\r\n";
    struct Row {
        const char* what;
        std::string bytes;
        std::vector<std::string> messages;
    };
    const std::vector<Row> rows{
        {"a response",
         "Response: Success\r\nMessage: Pong\r\n\r\n",
         {"Response=Success|Message=Pong"}},
        {"two", "Event: A\r\n\r\nEvent: B\r\n\r\n", {"Event=A", "Event=B"}},
        {"an empty value", "Event: A\r\nAccountCode: \r\nX:\r\n\r\n", {"Event=A|AccountCode=|X="}},
        {"only one blank is taken", "Event: A\r\nX:  y \r\n\r\n", {"Event=A|X= y "}},
        {"no blank", "Event:A\r\n\r\n", {"Event=A"}},
        {"a colon in the value", "Env: a: b\r\n\r\n", {"Env=a: b"}},
        {"a name that C has printed", "Event: A\r\n(null): 1\r\n\r\n", {"Event=A|(null)=1"}},
        {"repeated names", "Event: A\r\nX: 1\r\nX: 2\r\n\r\n", {"Event=A|X=1|X=2"}},
        {"no header", "Event: A\r\nnothing\r\n: x\r\n\r\n", {"Event=A"}},
        {"empty lines between", "\r\n\r\nEvent: A\r\n\r\n\r\n", {"Event=A"}},
        {"LF is a part of a value",
         "Event: A\r\nName: x\n\nEvent: B\r\n\r\n",
         {"Event=A|Name=x\n\nEvent: B"}},
        {"CR is a part of a value", "Event: A\r\nName: x\ry\r\n\r\n", {"Event=A|Name=x\ry"}},
        {"output",
         "Response: Success\r\nOutput: a: b\r\nOutput: \r\nOutput: c\r\n\r\n",
         {"Response=Success|Output=a: b|Output=|Output=c"}},
        {"output before Asterisk 14",
         "Response: Follows\r\nPrivilege: Command\r\nActionID: 7\r\na: b\n\nc\n--END COMMAND--\r\n"
         "\r\nEvent: A\r\n\r\n",
         {"Response=Follows|Privilege=Command|ActionID=7|Output=a: b|Output=|Output=c", "Event=A"}},
        {"the same without a line",
         "Response: Follows\r\nPrivilege: Command\r\n--END COMMAND--\r\n\r\nEvent: A\r\n\r\n",
         {"Response=Follows|Privilege=Command", "Event=A"}},
        {"the same with an empty line in CRLF",
         "Response: Follows\r\nPrivilege: Command\r\nx\r\n\r\ny: z\n--END COMMAND--\r\n\r\n",
         {"Response=Follows|Privilege=Command|Output=x|Output=y: z"}},
        {"not complete", "Event: A\r\nX: 1\r\n", {}},
    };
    const std::size_t piece = GENERATE(1U, 2U, 3U, 7U, 100'000U);
    for (const Row& row : rows) {
        CAPTURE(row.what, piece);
        auto expected = row.messages;
        expected.insert(expected.begin(), "[Asterisk Call Manager/11.0.0]");
        CHECK(read(banner + row.bytes, piece) == expected);
    }
}

TEST_CASE("MessageReader: what is over a limit is dropped, and said") {
    MessageLimits limits;
    limits.line = 20;
    limits.headers = 3;
    limits.total = 40;
    const std::size_t piece = GENERATE(1U, 5U, 1000U);
    CAPTURE(piece);
    const auto after_banner = [&](const std::string& bytes) {
        auto all = read("Hi\r\n" + bytes + "\r\nEvent: Next\r\n\r\n", piece, limits);
        REQUIRE(all.size() == 3);
        CHECK(all[2] == "Event=Next");
        return all[1];
    };
    CHECK(after_banner("X: " + std::string(17, 'x') + "\r\n") == "X=" + std::string(17, 'x'));
    CHECK(after_banner("X: " + std::string(18, 'x') + "\r\n") == "X=" + std::string(17, 'x') + '!');
    CHECK(after_banner("X: " + std::string(500, 'x') + "\r\n") ==
          "X=" + std::string(17, 'x') + '!');
    CHECK(after_banner("A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n") == "A=1|B=2|C=3!");
    CHECK(after_banner("A: 1234567890123456\r\nB: 1234567890123456\r\nC: 1234567\r\n") ==
          "A=1234567890123456|B=1234567890123456!");
    // Output before Asterisk 14: of more bytes than a line may have, and in one line of them.
    const std::string lines = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";
    limits.headers = 5;
    limits.total = 1000;
    CHECK(after_banner("Response: Follows\r\n" + lines + "--END COMMAND--\r\n") ==
          "Response=Follows|Output=one|Output=two|Output=three|Output=four!");
    CHECK(after_banner("Response: Follows\r\n" + std::string(30, 'x') + "--END COMMAND--\r\n") ==
          "Response=Follows|Output=" + std::string(20, 'x') + '!');
}

TEST_CASE("Message: headers by name in any case, repeated ones, output") {
    Message message{{"Event", "AsyncAGIExec"}, {"CommandId", "7"}, {"Output", "a"}, {"output", ""}};
    CHECK(message.event() == "AsyncAGIExec");
    CHECK(message.is("asyncagiexec"));
    CHECK_FALSE(message.is("AsyncAGIEnd"));
    CHECK(message["COMMANDID"] == "7");
    CHECK(message.find("commandid") == "7");
    CHECK_FALSE(message.find("CommandIdx"));
    CHECK(message["none"].empty());
    CHECK(message.all("Output") == std::vector<std::string_view>{"a", ""});
    CHECK(message.output() == "a\n\n");
    CHECK(message.size() == 4);
}

TEST_CASE("Response: success or not, and in whose words") {
    struct Row {
        Message message;
        bool success;
        std::string text;
    };
    const std::vector<Row> rows{
        {{{"Response", "Success"}, {"Message", "Pong"}}, true, "Pong"},
        {{{"Response", "Goodbye"}}, true, ""},
        {{{"Response", "Follows"}}, true, ""},
        {{{"Response", "Error"}, {"Message", "No such channel"}}, false, "No such channel"},
        {{}, false, ""},
    };
    for (const Row& row : rows) {
        Response response;
        response.message = row.message;
        CHECK(response.success() == row.success);
        CHECK(response.text() == row.text);
        response.lost = true;
        CHECK_FALSE(response.success());
        CHECK(response.text() == "the connection ended before the answer");
    }
}
