// SPDX-License-Identifier: MIT
#pragma once
// What questions have in common whose digits mean something.

#include <agi/ivr/ask.hpp>
#include <agi/version.hpp>

namespace agi { inline namespace v0 { namespace ivr {

/// A question made of Ask, with what its digits mean. All members of Ask can be set.
template <class Of>
struct AskFor : Ask {
    using Runs = Asking;
    [[nodiscard]] auto result(const Asking& machine) const {
        return of().result_of(machine.entry());
    }

    template <class Session>
    auto operator()(Session& session, const Manners& manners = Manners::usual()) const& {
        return drive_question(session, of(), manners);
    }
    template <class Session>
    auto operator()(Session& session, const Manners& manners = Manners::usual()) const&& {
        return drive_temporary(session, of(), manners);
    }

  private:
    [[nodiscard]] const Of& of() const noexcept { return static_cast<const Of&>(*this); }
};

}}}  // namespace agi::v0::ivr
