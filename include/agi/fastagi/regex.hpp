// SPDX-License-Identifier: MIT
#pragma once
// Routes by regular expression, for those who come from pystrix.

#include <agi/fastagi/router.hpp>
#include <agi/version.hpp>

#include <regex>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// A matcher for Server::route: the whole path must match. Its groups are the parameters `1`, `2`...
/// A path of more than 1000 bytes does not match, as std::regex takes stack for each of them.
///
///     server.route(matching(std::regex{"menu-([a-z]+)"}), menu);
inline Matcher matching(std::regex expression) {
    return [expression = std::move(expression)](std::string_view path, Parameters& found) {
        constexpr std::size_t longest = 1000;
        if (path.size() > longest) return false;
        std::match_results<std::string_view::const_iterator> groups;
        if (!std::regex_match(path.begin(), path.end(), groups, expression)) return false;
        for (std::size_t i = 1; i < groups.size(); ++i) {
            found.add(std::to_string(i), groups[i].str());
        }
        return true;
    };
}

}}}}  // namespace agi::v0::fastagi::AGI_NET
