// SPDX-License-Identifier: MIT
// Replies from the Results of AsyncAGI, however long, and the environment that FastAGI would send.

#include "asyncagi/pipe.hpp"
#include "catch.hpp"
#include <agi/asyncagi/environment_block.hpp>
#include <agi/asyncagi/result.hpp>
#include <agi/asyncagi/stopping.hpp>

#include <string>
#include <vector>

using namespace agi::asyncagi;
using asyncagi_tests::encoded;
using asyncagi_tests::Pipe;

namespace {

/// What comes of a reply by way of Asterisk, whole or lost.
std::string joined(const std::string& reply, std::size_t most_noops = 200) {
    Pipe pipe;
    JoinedResult result;
    pipe.write(reply);
    while (!result.push(Part{pipe.read()})) {
        REQUIRE(most_noops-- > 0);
        pipe.write("200 result=0\n");
    }
    CHECK(pipe.empty());
    return result.lost() ? "(lost)" : result.text();
}

}  // namespace

TEST_CASE("JoinedResult: a reply of any length, byte by byte") {
    const std::string head = "200 result=1 (";
    std::string every_byte;
    for (int i = 1; i < 256; ++i) every_byte += static_cast<char>(i);
    for (const std::size_t size :
         {0U,    1U,    100U,  900U,  996U,  997U,  1007U, 1008U, 1009U, 1010U, 1020U,   1021U,
          1022U, 1023U, 1024U, 1025U, 2030U, 2031U, 2032U, 2033U, 2034U, 5000U, 20'000U, 60'000U}) {
        CAPTURE(size);
        const std::string reply = head + std::string(size, 'x') + ")\n";
        CHECK(joined(reply) == reply);
    }
    // What is a NOOP's reply in the middle of a value, and at its end, stays.
    const std::string odd = head + std::string(1500, 'y') + "\n200 result=0\n200 result=0\n)\n";
    CHECK(joined(odd) == odd);
    CHECK(joined("200 result=0\n") == "200 result=0\n");
    CHECK(joined(head + every_byte + ")\n") == head + every_byte + ")\n");
    const std::string block = "520-Invalid command syntax.  Proper usage follows:\n" +
                              std::string(1300, 'u') + "\n520 End of proper usage.\n";
    CHECK(joined(block) == block);
}

TEST_CASE("JoinedResult: what has no room in a header is lost, and said") {
    const std::string head = "200 result=1 (";
    // Each % takes three bytes.
    CHECK(joined(head + std::string(600, '%') + ")\n") == head + std::string(600, '%') + ")\n");
    CHECK(joined(head + std::string(900, '%') + ")\n") == "(lost)");
    CHECK(joined(head + std::string(5000, '%') + ")\n") == "(lost)");
    CHECK(joined(head + std::string(2000, 'x') + std::string(900, '%') + ")\n") == "(lost)");
    // At the edge it is exact, or lost: never something else.
    for (std::size_t size = 660; size < 690; ++size) {
        CAPTURE(size);
        const std::string reply = head + std::string(size, '%') + ")\n";
        const std::string got = joined(reply);
        CHECK((got == reply || got == "(lost)"));
    }
}

TEST_CASE("environment_block: what FastAGI would have sent") {
    CHECK(environment_block("agi_request: async\nagi_channel: PJSIP/1\nagi_arg_1: pin?a=1\n"
                            "agi_arg_2: x\nagi_arg_3: \n\n") ==
          "agi_network: yes\nagi_network_script: pin?a=1\nagi_request: async\n"
          "agi_channel: PJSIP/1\nagi_arg_1: x\nagi_arg_2: \n\n");
    CHECK(environment_block("agi_request: async\n\n") ==
          "agi_network: yes\nagi_request: async\n\n");
    CHECK(environment_block("agi_arg_1:\n\n") == "agi_network: yes\nagi_network_script: \n\n");
    // A caller's name with line feeds ends nothing.
    CHECK(environment_block("agi_calleridname: Bob\n\n200 result=1234\nagi_arg_1: pin\n\n") ==
          "agi_network: yes\nagi_network_script: pin\nagi_calleridname: Bob\n\n");
    // Nor does it choose the script, wherever it stands.
    CHECK(environment_block("agi_calleridname: Bob\nagi_arg_1: admin\nagi_arg_1: pin\n\n") ==
          "agi_network: yes\nagi_calleridname: Bob\n\n");
    CHECK(environment_block("agi_arg_1: pin\nagi_arg_2: Bob\nagi_arg_1: admin\n\n") ==
          "agi_network: yes\n\n");
}

TEST_CASE("stop_by: what ends a command") {
    const std::vector<std::pair<std::string, StopBy>> rows{
        {"STREAM FILE \"x\" \"\"", StopBy::control},
        {"stream file x \"\"", StopBy::control},
        {"CONTROL STREAM FILE \"x\" \"\"", StopBy::control},
        {"WAIT FOR DIGIT 1000", StopBy::control},
        {"EXEC \"Playback\" \"x\"", StopBy::control},
        {"EXEC Playback x", StopBy::control},
        {"EXEC \"Wait\" \"5\"", StopBy::nothing},
        {"EXEC \"MusicOnHold\" \"\"", StopBy::nothing},
        {"GET DATA \"x\" 1000 4", StopBy::key},
        {"GET OPTION \"x\" \"12#\" 1000", StopBy::key},
        {"GET OPTION \"x#\" \"12\" 1000", StopBy::control},
        {"RECORD FILE \"x\" \"wav\" \"#\" -1", StopBy::key},
        {"RECORD FILE \"x#\" \"wav\" \"1\" -1", StopBy::nothing},
        {"SAY DIGITS \"12\" \"#\"", StopBy::key},
        {"SAY DIGITS \"12\" \"*\"", StopBy::nothing},
        {"SAY ALPHA \"a#b\" \"1\"", StopBy::nothing},
        {"SAY DATETIME 1 \"#\" \"\"", StopBy::key},
        {"NOOP", StopBy::nothing},
        {"RECEIVE CHAR 100", StopBy::nothing},
    };
    for (const auto& [line, by] : rows) {
        CAPTURE(line);
        CHECK(stop_by(line) == by);
    }
    CHECK(stops_at_next_line("GET DATA \"x\""));
    CHECK_FALSE(stops_at_next_line("CONTROL STREAM FILE x \"\""));
    CHECK(reads_frames("SAY DIGITS 1 \"\""));
    CHECK_FALSE(reads_frames("SET VARIABLE A B"));
}
