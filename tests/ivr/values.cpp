// SPDX-License-Identifier: MIT
// Questions whose digits mean something, and the ones around another question.

#include "talk.hpp"
#include <agi/agi.hpp>
#include <agi/ivr/ivr.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace agi::ivr;
using namespace ivr_tests;
using namespace std::chrono_literals;

namespace {

/// Enters digits after the prompt, in one GET DATA or key by key.
template <class Asked>
auto entered(const Asked& asked, const std::string& digits, bool timed_out = false) {
    Asking machine{asked};
    std::string left = digits;
    while (const Step* step = machine.next(Time{0})) {
        const std::string request = plain(step->request());
        std::string reply = over;
        if (request.substr(0, 8) == "GET DATA") {
            const auto room =
                static_cast<std::size_t>(std::stoul(request.substr(request.rfind(' '))));
            reply = "200 result=" + left.substr(0, room);
            if (timed_out && left.size() < room) reply += " (timeout)";
            left.erase(0, room);
        } else if (request.substr(0, 14) == "WAIT FOR DIGIT") {
            reply = "200 result=" + std::to_string(left.empty() ? 0 : left[0]);
            if (!left.empty()) left.erase(0, 1);
        }
        machine.take(step->parse(reply_of(*step, reply)));
    }
    CHECK(left.empty());
    return asked.result(machine);
}

template <class Asked>
Asked with_prompt() {
    Asked asked;
    asked.prompt = "enter";
    asked.tries = 1;
    return asked;
}

}  // namespace

TEST_CASE("Calendar: days that exist, and their noon") {
    CHECK(Calendar{2024, 2, 29}.exists());
    CHECK_FALSE(Calendar{2023, 2, 29}.exists());
    CHECK_FALSE(Calendar{1900, 2, 29}.exists());
    CHECK(Calendar{2000, 2, 29}.exists());
    CHECK_FALSE(Calendar{2026, 13, 1}.exists());
    CHECK_FALSE(Calendar{2026, 0, 1}.exists());
    CHECK_FALSE(Calendar{2026, 4, 31}.exists());
    CHECK_FALSE(Calendar{2026, 4, 0}.exists());
    CHECK(std::chrono::system_clock::to_time_t(Calendar{1970, 1, 1}.noon()) == 43200);
    CHECK(std::chrono::system_clock::to_time_t(Calendar{2024, 2, 29}.noon()) == 1709208000);
    CHECK(std::chrono::system_clock::to_time_t(Calendar{1969, 12, 31}.noon()) == -43200);
    CHECK(Calendar{2024, 2, 1}.end_of_month() == Calendar{2024, 2, 29});
}

TEST_CASE("Date: each order, and only days that exist") {
    Date date = with_prompt<Date>();
    CHECK(entered(date, "20261224").date == Calendar{2026, 12, 24});
    CHECK(entered(date, "20260229").end == End::no_match);
    CHECK(entered(date, "2026122", true).end == End::no_match);
    date.order = DateOrder::dmy;
    CHECK(entered(date, "24122026").date == Calendar{2026, 12, 24});
    date.order = DateOrder::mdy;
    CHECK(entered(date, "12242026").date == Calendar{2026, 12, 24});
    CHECK(entered(date, "24122026").end == End::no_match);
    date.order = DateOrder::my;
    CHECK(entered(date, "0228").date == Calendar{2028, 2, 29});
    CHECK(entered(date, "1328").end == End::no_match);
}

TEST_CASE("Date: a check of one's own comes after that of the calendar") {
    Date date = with_prompt<Date>();
    std::vector<std::string> seen;
    date.check = [&](std::string_view digits) {
        seen.emplace_back(digits);
        return digits > "20260101";
    };
    CHECK(entered(date, "20260231").end == End::no_match);
    CHECK(seen.empty());
    CHECK(entered(date, "20251231").end == End::no_match);
    CHECK(entered(date, "20261231").end == End::entered);
    CHECK(seen == std::vector<std::string>{"20251231", "20261231"});
}

TEST_CASE("Amount: * is the decimal point") {
    struct Row {
        const char* keys;
        long long value;
    };
    for (const Row& row : {Row{"12", 1200}, Row{"12*5", 1250}, Row{"12*50", 1250}, Row{"12*", 1200},
                           Row{"*5", 50}, Row{"*05", 5}, Row{"0", 0}, Row{"*", -1},
                           Row{"1*2*3", -1}, Row{"1*234", -1}, Row{"", -1}}) {
        CAPTURE(row.keys);
        CHECK(Amount::read(row.keys) == row.value);
    }
    Amount amount = with_prompt<Amount>();
    amount.least = 500;
    amount.largest = 10000;
    CHECK(entered(amount, "12*5").hundredths == 1250);
    CHECK(entered(amount, "12*5", true).hundredths == 1250);
    CHECK(entered(amount, "4*99").end == End::no_match);
    CHECK(entered(amount, "100*01").end == End::no_match);
    CHECK(entered(amount, "1**2").end == End::no_match);
    CHECK(entered(amount, "100").hundredths == 10000);
}

TEST_CASE("CardNumber: the check digit, and the length that the first digits tell") {
    const CardNumber card = with_prompt<CardNumber>();
    CHECK(entered(card, "4111111111111111").digits == "4111111111111111");
    CHECK(entered(card, "378282246310005").end == End::entered);
    CHECK(entered(card, "30569309025904").end == End::entered);
    CHECK(entered(card, "5555555555554444").end == End::entered);
    CHECK(entered(card, "2221000000000009").end == End::entered);
    CHECK(entered(card, "4111111111111112").end == End::no_match);
    CHECK(entered(card, "411111111111111", true).end == End::no_match);
    CHECK(entered(card, "1").end == End::no_match);
    CardNumber any = card;
    any.any_length = true;
    CHECK(entered(any, "4222222222222").end == End::entered);

    Asking machine{card};
    const Step* step = machine.next(Time{0});
    REQUIRE(step != nullptr);
    CHECK(step->redaction().reply);
    machine.take(step->parse(reply_of(*step, "200 result=52 endpos=8")));
    step = machine.next(Time{0});
    REQUIRE(step != nullptr);
    CHECK(plain(step->request()) == "GET DATA \"\" 5000 15");
}

TEST_CASE("Letters: one key for each, or two") {
    Letters name = with_prompt<Letters>();
    name.digits = exactly(3);
    const LettersEntry smi = entered(name, "764");
    CHECK(smi.begins("Smith"));
    CHECK(smi.begins("O'Sm") == false);
    CHECK(smi.begins("rog"));
    CHECK_FALSE(smi.begins("Sm"));
    LettersEntry spaced;
    spaced.digits = "6766";
    CHECK(spaced.begins("O'Rooke"));
    CHECK_FALSE(LettersEntry{}.begins("Smith"));

    name.way = LetterKeys::two;
    name.digits = between(1, 10);
    CHECK(entered(name, "74614381", true).text == "SMIT");
    CHECK(entered(name, "210072").text == "A Q");
    CHECK(entered(name, "20").text == "2");
    CHECK(entered(name, "24").end == End::no_match);
    CHECK(entered(name, "211").end == End::no_match);
    CHECK(entered(name, "11").end == End::no_match);
}

TEST_CASE("YesNo: one of two keys") {
    const YesNo question{{"go-on"}, "1", "2", 1};
    const auto answer = [&](const char* reply) {
        Asking machine{question};
        const std::vector<Turn> turns{{"STREAM FILE go-on 12", reply}};
        CHECK_FALSE(talk(machine, turns).empty());
        return YesNo::result(machine);
    };
    CHECK(answer("200 result=49 endpos=8"));
    CHECK_FALSE(answer("200 result=50 endpos=8"));
    CHECK(answer("200 result=50 endpos=8").end == End::entered);
    Asking machine{question};
    talk(machine, {{"STREAM FILE go-on 12", over}, {"WAIT FOR DIGIT 5000", "200 result=0"}});
    CHECK(YesNo::result(machine).end == End::no_input);
}

TEST_CASE("YesNo: another key, and what is said then") {
    YesNo question{{"go-on"}};
    question.first_key = 3s;
    question.wrong = {"what"};
    question.again = {{"yes-or-no"}};
    Asking machine{question};
    const std::vector<Turn> turns{{"STREAM FILE go-on 12", over},
                                  {"WAIT FOR DIGIT 3000", "200 result=55"},
                                  {"STREAM FILE what 12", over},
                                  {"STREAM FILE yes-or-no 12", "200 result=49 endpos=8"}};
    CHECK(talk(machine, turns) == requests_of(turns));
    const Decision decision = YesNo::result(machine);
    CHECK(decision);
    CHECK(decision.tries == 2);
}

TEST_CASE("Confirm: says it, asks whether it is right, and asks again") {
    Ask ask = with_prompt<Ask>();
    ask.digits = exactly(3);
    const Confirm confirm{ask};
    const std::vector<Turn> once{{"STREAM FILE enter 0123456789", "200 result=49 endpos=8"},
                                 {"GET DATA \"\" 5000 2", "200 result=23"},
                                 {"STREAM FILE you-entered 12", over},
                                 {"SAY DIGITS 123 12", "200 result=0"},
                                 {"STREAM FILE if-correct-press 12", over},
                                 {"SAY NUMBER 1 12", "200 result=0"}};
    const auto with = [&](std::vector<Turn> more) {
        std::vector<Turn> turns = once;
        turns.insert(turns.end(), more.begin(), more.end());
        return turns;
    };
    const auto run = [&](const std::vector<Turn>& turns) {
        Confirm<Ask>::Confirming machine{confirm, Manners::usual()};
        CHECK(talk(machine, turns) == requests_of(turns));
        return confirm.result(machine);
    };
    const std::string wait = "WAIT FOR DIGIT 5000";
    CHECK(run(with({{wait, "200 result=49"}})).digits == "123");
    const Entry second = run(with({{wait, "200 result=50"},
                                   once[0],
                                   {"GET DATA \"\" 5000 2", "200 result=99"},
                                   once[2],
                                   {"SAY DIGITS 199 12", "200 result=49"}}));
    CHECK(second.end == End::entered);
    CHECK(second.digits == "199");

    std::vector<Turn> never;
    for (int i = 0; i < 3; ++i) {
        never.insert(never.end(), once.begin(), once.end());
        never.push_back({wait, "200 result=50"});
    }
    CHECK(run(never).end == End::no_match);
    CHECK(run({{"STREAM FILE enter 0123456789", over},
               {"GET DATA \"\" 5000 3", "200 result= (timeout)"}})
              .end == End::no_input);
}

TEST_CASE(
    "Confirm: the read-back of a secret is secret, and a question says its entry in its own way") {
    Ask ask = with_prompt<Ask>();
    ask.digits = exactly(1);
    ask.secret = true;
    const Confirm secret{ask};
    Confirm<Ask>::Confirming machine{secret, Manners::usual()};
    for (const char* reply : {"200 result=55 endpos=8", "200 result=0 endpos=16000"}) {
        const Step* played = machine.next(Time{0});
        REQUIRE(played != nullptr);
        machine.take(played->parse(reply_of(*played, reply)));
    }
    const Step* step = machine.next(Time{0});
    REQUIRE(step != nullptr);
    CHECK(plain(step->request()) == "SAY DIGITS 7 12");
    CHECK(step->redaction().request);

    CHECK(Date{}.read_back("20261224").parts.at(0).text == "BdY");
    CHECK(Amount::read_back("12*5").parts.at(0).number == 12);
    CHECK(Amount::read_back("12*5").parts.at(2).text == "50");
    CHECK(Amount::read_back("12").parts.size() == 1);
}

TEST_CASE("Amount, Letters: what no number and no table can hold") {
    CHECK(Amount::read("18446744073709551617") == -1);
    CHECK(Amount::read("999999999999999") == 99999999999999900);
    CHECK(Letters::text_of("*1").empty());
    CHECK(Letters::text_of("#0").empty());
}

TEST_CASE("Confirm: what nobody has confirmed is no entry, and a missing sound is named") {
    Ask ask;
    ask.prompt = {"number"};
    ask.digits = exactly(2);
    const Confirm confirm{ask};
    std::vector<Turn> turns{{"STREAM FILE number 0123456789", over},
                            {"GET DATA \"\" 5000 2", "200 result=42"}};
    Confirm<Ask>::Confirming hung_up{confirm, Manners::usual()};
    talk(hung_up, turns);
    CHECK(hung_up.entry().end == End::unfinished);
    CHECK(hung_up.entry().digits == "42");
    CHECK_FALSE(hung_up.entry());

    turns.push_back({"STREAM FILE you-entered 12", "200 result=-1 endpos=0"});
    turns.push_back({"SAY DIGITS 42 12", "200 result=49"});
    Confirm<Ask>::Confirming machine{confirm, Manners::usual()};
    talk(machine, turns);
    CHECK(machine.entry().end == End::entered);
    CHECK(machine.entry().missing == "you-entered");
}
