// SPDX-License-Identifier: MIT
// Takes a payment by card: number, month and year, amount. What is secret is in no trace, and leaves by the
// variables CARD, EXPIRY and AMOUNT (hundredths) only. Dialplan: [payment] in extensions.conf.

#include <agi/agi.hpp>
#include <agi/ivr/ivr.hpp>
#include <agi/process/run.hpp>

#include <string>

namespace ivr = agi::ivr;

template <class Session>
bool payment(Session& call) {
    ivr::CardNumber card;
    card.prompt = {"vm-enter-num-to-call"};
    const auto number = card(call);
    if (!number) return false;

    ivr::Date until;
    until.prompt = {"digits/12", "digits/30"};
    until.order = ivr::DateOrder::my;
    until.secret = true;
    const auto expiry = until(call);
    if (!expiry) return false;

    ivr::Amount euros;
    euros.prompt = {"conf-enteringno"};
    euros.least = 100;
    euros.largest = 100000;
    const auto amount = ivr::Confirm<ivr::Amount>{euros}(call);
    if (!amount) return false;

    agi::Secret{agi::SetVariable{"CARD", number.digits}}(call);
    agi::Secret{agi::SetVariable{"EXPIRY", expiry.digits}}(call);
    agi::SetVariable{"AMOUNT", amount.hundredths}(call);
    ivr::Prompt{"auth-thankyou"}(call);
    return true;
}

int main() {
    return agi::run([](agi::ProcessSession& call) {
        agi::Answer{}(call);
        if (!payment(call)) ivr::Prompt{"cancelled"}(call);
    });
}
