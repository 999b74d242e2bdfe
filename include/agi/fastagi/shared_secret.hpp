// SPDX-License-Identifier: MIT
#pragma once
// A password for FastAGI, which has none: a middleware. Needs OpenSSL (libcrypto).

#include <agi/command/program.hpp>
#include <agi/command/variable.hpp>
#include <agi/fastagi/middleware.hpp>
#include <agi/version.hpp>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// Asks Asterisk for a keyed hash of a random text, SHA1(secret SHA1(text secret)), as only a dialplan
/// with the secret can answer. In extensions.conf:
///
///     [globals]
///     FASTAGI_SECRET=correct-horse-battery-staple
///
/// and here, before the routes:
///
///     server.use(SharedSecret{"correct-horse-battery-staple"});
///
/// A call that answers otherwise does not reach its handler; the status variable is DENIED. What
/// is said afterwards is neither encrypted nor signed: docs/security.md says what a listener on the
/// wire can do. Asterisk needs its module func_sha1.
class SharedSecret {
  public:
    /// `variable`: the channel or global variable that holds the secret in Asterisk.
    ///
    /// @throws std::invalid_argument  the secret is empty, or has other characters than letters,
    ///                                digits and `-._~`, which a dialplan could read otherwise
    explicit SharedSecret(std::string secret, std::string variable = "FASTAGI_SECRET")
        : secret_{std::move(secret)}, variable_{std::move(variable)} {
        if (secret_.empty() || wire::percent_encoded(secret_) != secret_) {
            throw std::invalid_argument{"SharedSecret: a secret has letters, digits and -._~"};
        }
    }

    void operator()(Call& call, const Next& next) const {
        const std::string nonce = random_text();
        if (is_right(nonce, question(nonce)(call))) return next();
        denied(call);
        console_line(why)(call);
        status(call)(call);
    }

#ifdef AGI_HAS_COROUTINES
    Task<> operator()(AsyncCall& call, const AsyncNext& next) const {
        const std::string nonce = random_text();
        const GetFullVariable ask = question(nonce);
        const std::string answer = co_await call(ask);
        if (is_right(nonce, answer)) {
            co_await next();
            co_return;
        }
        denied(call);
        const Verbose console = console_line(why);
        co_await call(console);
        const SetVariable set = status(call);
        co_await call(set);
    }
#endif

  private:
    static constexpr const char* why = "denied, as it does not know the secret";

    [[nodiscard]] GetFullVariable question(const std::string& nonce) const {
        const std::string secret = "${" + variable_ + '}';
        return {"${SHA1(" + secret + "${SHA1(" + nonce + secret + ")})}", {}};
    }
    [[nodiscard]] bool is_right(const std::string& nonce, const std::string& answer) const {
        const std::string right = sha1(secret_ + sha1(nonce + secret_));
        return answer.size() == right.size() &&
               CRYPTO_memcmp(answer.data(), right.data(), right.size()) == 0;
    }

    template <class AnyCall>
    static void denied(const AnyCall& call) {
        call.log(Severity::warning, why);
    }
    template <class AnyCall>
    static SetVariable status(const AnyCall& call) {
        return {CallAccess::facts(call).server->options.status_variable, "DENIED"};
    }

    // HMAC itself is out of reach: the dialplan has no digest in bytes, which may hold a NUL, but in
    // hexadecimal only. The outer hash is what HMAC has against a text that is made longer.

    /// 128 bits from the system, in hexadecimal.
    static std::string random_text() {
        std::random_device random;
        std::array<unsigned char, 16> bytes{};
        for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random());
        return hexadecimal(bytes);
    }
    static std::string sha1(const std::string& text) {
        std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
        SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
        return hexadecimal(digest);
    }
    template <std::size_t size>
    static std::string hexadecimal(const std::array<unsigned char, size>& bytes) {
        constexpr const char* digits = "0123456789abcdef";
        std::string text;
        for (const unsigned char byte : bytes) {
            text += digits[byte >> 4U];
            text += digits[byte & 15U];
        }
        return text;
    }

    std::string secret_;
    std::string variable_;
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
