// SPDX-License-Identifier: MIT
#pragma once
// What may be set before calls are taken from an Asterisk over AMI.

#include <agi/ami/options.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

struct SourceOptions {
    /// Where Asterisk is. `events` must have `agi` and `call`; `dtmf` for keys.
    ami::ClientOptions ami{};

    /// Names this program, the same after each start and unlike any other: letters, digits and
    /// `-._`. A program that starts, or connects again, adopts the calls that its name had. Empty:
    /// it adopts none.
    std::string name{};

    /// Which calls are ours, by the first argument of AGI(agi:async,...): all by default. Of several
    /// programs that want a call, one gets it.
    std::function<bool(std::string_view script)> takes{};

    /// After so long without a sign of us, Asterisk takes a call back: it goes to the extension T of
    /// its context, or is hung up. Also how long a lost connection may be away. 1 ms or more.
    std::chrono::milliseconds dead_man{60'000};
    /// How long the dialplan may take to come back into AGI(agi:async) after a failed command. Also
    /// how long a call whose session of another program was over, or is to begin, when we came is
    /// left alone.
    std::chrono::milliseconds comes_back{1'000};
    /// How long the destructor waits for the last commands of calls to be sent.
    std::chrono::milliseconds farewell_time{5'000};

    /// Calls that `originate` has begun and that have not ended: more of them wait.
    std::size_t max_originated = 100;
    /// Calls that `originate` begins in a second.
    double originate_rate = 20;
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET
