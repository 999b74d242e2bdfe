// SPDX-License-Identifier: MIT
#pragma once
// A simulated session with what a FastAGI server adds to one: parameters of the route, path and query.

#include <agi/session/session.hpp>
#include <agi/testing/simulated_stream.hpp>
#include <agi/version.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace testing {

/// For call flows that are handlers of a server, written as templates:
///
///     template <class Call>
///     void account(Call& call) { SayDigits{std::string{call.parameter("id").value()}}(call); }
///
///     server.route("account/{id}", [](fastagi::Call& call) { account(call); });   // the server
///
///     asterisk.network = true;                                                    // its test
///     asterisk.entry("agi_request") = "agi://host/account/42?lang=de";
///     SimulatedCall call{asterisk, {{"id", "42"}}};
///     account(call);
///
/// The test says what the route's pattern would find.
class SimulatedCall : public Session<SimulatedStream> {
  public:
    using Parameters = std::map<std::string, std::string, std::less<>>;

    explicit SimulatedCall(Asterisk& asterisk, Parameters parameters = {})
        : Session<SimulatedStream>{SimulatedStream{asterisk}}, parameters_{std::move(parameters)} {}
    /// A named part of the route's pattern.
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const noexcept {
        const auto found = parameters_.find(name);
        if (found == parameters_.end()) return std::nullopt;
        return found->second;
    }
    /// The path of the URL, without a leading `/`.
    [[nodiscard]] std::string_view path() const noexcept {
        return this->environment().script().path();
    }
    /// The first value of a name in the URL's query, percent-decoded.
    [[nodiscard]] std::optional<std::string> query(std::string_view name) const {
        return this->environment().script().query(name);
    }
    /// The first call of a server.
    [[nodiscard]] static std::uint64_t id() noexcept { return 1; }
    /// It does not stop.
    [[nodiscard]] static bool server_stopping() noexcept { return false; }

  private:
    Parameters parameters_;
};

}}}  // namespace agi::v0::testing
