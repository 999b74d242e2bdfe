// SPDX-License-Identifier: MIT
#pragma once
// The dialogue of scripts.hpp in a coroutine.

#include "ivr/scripts.hpp"
#include <agi/ivr/coroutine.hpp>

#ifdef AGI_HAS_COROUTINES

namespace ivr_tests {

/// `think` returns a Task<>.
template <class Session, class Think>
agi::Task<std::string> dialogue_async(Session& session, agi::ivr::Ask first, Think think) {
    std::string outcome;
    try {
        outcome = text(co_await first(session));
        co_await think();
        const agi::ivr::Ask second = age();
        outcome += ", " + text(co_await second(session));
    } catch (const agi::AGIHangup&) {
        outcome += " hung up";
    }
    co_return outcome;
}

}  // namespace ivr_tests

#endif
