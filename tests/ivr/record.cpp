// SPDX-License-Identifier: MIT
// Recording and dialling, as machines.

#include "talk.hpp"
#include <agi/agi.hpp>
#include <agi/ivr/ivr.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace agi::ivr;
using namespace ivr_tests;
using namespace std::chrono_literals;

namespace {

const std::string intro = "STREAM FILE vm-intro 0123456789*#ABCD";
const std::string take = "RECORD FILE /tmp/m wav # 120000 BEEP s=5";
const std::string review = "STREAM FILE vm-review 123*";
const std::string message = "200 result=35 (dtmf) endpos=24000";

Recording run(const Record& record, const std::vector<Turn>& turns) {
    RecordingMachine machine{record};
    CHECK(talk(machine, turns) == requests_of(turns));
    return record.result(machine);
}

}  // namespace

TEST_CASE("Record: keep, listen, again, drop") {
    const Record record{"/tmp/m"};
    const Turn saved{"STREAM FILE vm-msgsaved 0123456789*#ABCD", over};
    const Turn keep{review, "200 result=49 endpos=8"};

    const Recording kept = run(record, {{intro, over}, {take, message}, keep, saved});
    CHECK(kept.kept == Kept::kept);
    CHECK(kept.length == 3s);
    CHECK(kept.file == "/tmp/m");
    CHECK(kept.takes == 1);
    CHECK(kept);

    CHECK(run(record, {{intro, "200 result=53 endpos=8"},
                       {take, message},
                       {review, "200 result=50 endpos=8"},
                       {"STREAM FILE /tmp/m 0123456789*#ABCD", over},
                       keep,
                       saved})
              .kept == Kept::kept);
    CHECK(run(record, {{intro, over},
                       {take, message},
                       {review, "200 result=51 endpos=8"},
                       {take, message},
                       keep,
                       saved})
              .takes == 2);
    const Recording dropped = run(record, {{intro, over},
                                           {take, message},
                                           {review, "200 result=42 endpos=8"},
                                           {"STREAM FILE vm-deleted 0123456789*#ABCD", over}});
    CHECK(dropped.kept == Kept::dropped);
    CHECK_FALSE(dropped);
}

TEST_CASE("Record: a review without an answer keeps the message") {
    Record record{"/tmp/m"};
    Manners manners;
    manners.tries = 1;
    RecordingMachine machine{record, manners};
    const std::vector<Turn> turns{
        {intro, over}, {take, message}, {review, over}, {"WAIT FOR DIGIT 5000", "200 result=0"}};
    CHECK(talk(machine, turns) == requests_of(turns));
    CHECK(record.result(machine).kept == Kept::kept);
    CHECK(record.result(machine).end == End::no_input);

    record.review = false;
    const Recording at_once =
        run(record, {{intro, over}, {take, "200 result=0 (timeout) endpos=24000"}});
    CHECK(at_once.kept == Kept::kept);
    CHECK(at_once.end == End::entered);
}

TEST_CASE("Record: a key during the beep records again, and is no take") {
    Record record{"/tmp/m"};
    record.review = false;
    const std::string beep = "200 result=49 (randomerror) endpos=0";
    CHECK(run(record, {{intro, over}, {take, beep}, {take, message}}).takes == 1);
    record.takes = 1;
    CHECK(
        run(record, {{intro, over}, {take, beep}, {take, beep}, {take, beep}, {take, beep}}).kept ==
        Kept::nothing);
}

TEST_CASE("Record: nothing but silence is no message") {
    Record record{"/tmp/m"};
    record.takes = 2;
    const std::string nothing = "200 result=112000 (timeout) endpos=8160";
    const Recording none = run(record, {{intro, over},
                                        {take, nothing},
                                        {"STREAM FILE vm-tooshort 0123456789*#ABCD", over},
                                        {take, nothing}});
    CHECK(none.kept == Kept::nothing);
    CHECK(none.takes == 2);
    CHECK_FALSE(none);
}

TEST_CASE("Record: a hang-up keeps what was said") {
    const Record record{"/tmp/m"};
    CHECK(run(record, {{intro, over}, {take, "200 result=-1 (hangup) endpos=24000"}}).kept ==
          Kept::hung_up);
    CHECK(run(record, {{intro, over}, {take, "200 result=-1 (hangup) endpos=80"}}).kept ==
          Kept::nothing);
    RecordingMachine machine{record};
    CHECK_FALSE(machine.hang_up());
    talk(machine, {{intro, over}, {take, message}});
    CHECK(machine.hang_up());
    CHECK(record.result(machine).kept == Kept::hung_up);
    CHECK(machine.next(Time{0}) == nullptr);
}

TEST_CASE("Record: a file that cannot be written is an error") {
    const Record record{"/nowhere/m", {}};
    RecordingMachine machine{record};
    const Step* step = machine.next(Time{0});
    REQUIRE(step != nullptr);
    CHECK_THROWS_AS(step->parse(reply_of(*step, "200 result=-1 (writefile)")), agi::AGIAppError);
    CHECK_FALSE(machine.fail());
}

TEST_CASE("Dial: what came of it, dead or alive") {
    const std::string dial = "EXEC Dial PJSIP/a,30,g";
    const std::string status = "GET VARIABLE DIALSTATUS";
    const std::string time = "GET VARIABLE ANSWEREDTIME";
    const Dial spec{"PJSIP/a"};
    const auto run = [&](const std::vector<Turn>& turns) {
        Dialling machine{spec};
        CHECK(talk(machine, turns) == requests_of(turns));
        return spec.result(machine);
    };
    const Dialled talked = run(
        {{dial, "200 result=0"}, {status, "200 result=1 (ANSWER)"}, {time, "200 result=1 (42)"}});
    CHECK(talked);
    CHECK(talked.talked == 42s);
    CHECK_FALSE(talked.caller_left);

    struct Row {
        const char* status;
        DialEnd end;
    };
    for (const Row& row :
         {Row{"BUSY", DialEnd::busy}, Row{"NOANSWER", DialEnd::no_answer},
          Row{"CONGESTION", DialEnd::congestion}, Row{"CHANUNAVAIL", DialEnd::unavailable},
          Row{"CANCEL", DialEnd::cancelled}, Row{"DONTCALL", DialEnd::other}}) {
        CAPTURE(row.status);
        const Dialled nobody = run(
            {{dial, "200 result=0"}, {status, std::string{"200 result=1 ("} + row.status + ')'}});
        CHECK(nobody.end == row.end);
        CHECK(nobody.status == row.status);
        CHECK_FALSE(nobody);
    }

    // Without the option g, -1 also says that the other side hung up.
    CHECK_FALSE(run({{dial, "200 result=-1"},
                     {status, "200 result=1 (ANSWER)"},
                     {time, "200 result=1 (7)"}})
                    .caller_left);

    // The session has found that the caller is gone: what came of it can be read still.
    Dialling left{spec};
    REQUIRE(left.next(Time{0}) != nullptr);
    REQUIRE(left.hang_up());
    const std::vector<Turn> read{{status, "200 result=1 (ANSWER)"}, {time, "200 result=1 (7)"}};
    CHECK(talk(left, read) == requests_of(read));
    CHECK(spec.result(left).caller_left);
    CHECK(spec.result(left).talked == 7s);

    Dialling lost{spec};
    REQUIRE(lost.hang_up());
    REQUIRE(lost.hang_up());
    CHECK(lost.next(Time{0}) == nullptr);
}

TEST_CASE("Dial: an Asterisk without Dial is an error") {
    const Dial spec{"PJSIP/a"};
    Dialling machine{spec};
    const Step* step = machine.next(Time{0});
    CHECK_THROWS_AS(step->parse(reply_of(*step, "200 result=-2")), agi::AGIAppError);
}

TEST_CASE("Record: a key in the review counts where the message could not be played") {
    Manners manners;
    manners.tries = 1;
    const Record record{"/tmp/m"};
    RecordingMachine machine{record, manners};
    talk(machine, {{intro, over},
                   {take, message},
                   {review, "200 result=50 endpos=8"},
                   {"STREAM FILE /tmp/m 0123456789*#ABCD", "200 result=-1 endpos=0"},
                   {review, "200 result=42 endpos=8"},
                   {"STREAM FILE vm-deleted 0123456789*#ABCD", over}});
    CHECK(machine.recording().kept == Kept::dropped);
    CHECK(machine.recording().missing == "/tmp/m");
}

TEST_CASE("Record: a sound of the review that is missing is named") {
    const Record record{"/tmp/m"};
    RecordingMachine machine{record};
    talk(machine, {{intro, over}, {take, message}, {review, "200 result=-1 endpos=0"}});
    CHECK(machine.recording().missing == "vm-review");
    talk(machine, {{"WAIT FOR DIGIT 5000", "200 result=49"}});
    CHECK(machine.recording().missing == "vm-review");
}

TEST_CASE("Step: an error says what has failed") {
    const auto why = [](const Step& step, const char* reply) -> std::string {
        try {
            static_cast<void>(step.parse(reply_of(step, reply)));
        } catch (const agi::AGIAppError& error) {
            return error.what();
        }
        return {};
    };
    CHECK(why(Step{Step::Kind::application, agi::Exec{"Dial", "x"}}, "200 result=-2")
              .find("no such application") != std::string::npos);
    CHECK(
        why(Step{Step::Kind::play, agi::StreamFile{"x"}}, "200 result=-1 endpos=0").find("sound") !=
        std::string::npos);
    const Record record{"/tmp/m"};
    RecordingMachine machine{record};
    talk(machine, {{intro, over}});
    CHECK(why(*machine.next(Time{0}), "200 result=-1 (writefile)").find("written") !=
          std::string::npos);
}
