// SPDX-License-Identifier: MIT
#pragma once
// The log of a source.

#include <agi/ami/options.hpp>
#include <agi/version.hpp>

#include <string>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

/// A line that names Asterisk. A log that fails must not end a call.
template <class... Texts>
void log_of_source(const ami::ClientOptions& options, ami::Severity severity,
                   const Texts&... texts) noexcept {
    try {
        if (!options.log) return;
        std::string line = "AsyncAGI at " + options.host + ": ";
        (line.append(texts), ...);
        options.log(severity, fastagi::one_line(line));
    } catch (...) {
        // As above.
    }
}

}}}}  // namespace agi::v0::asyncagi::AGI_NET
