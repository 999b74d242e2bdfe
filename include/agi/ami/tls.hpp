// SPDX-License-Identifier: MIT
#pragma once
// TLS for a manager connection, with the peer's certificate verified. Needs OpenSSL.

#include <agi/ami/transport.hpp>
#include <agi/version.hpp>

#ifdef AGI_BOOST_ASIO
#include <boost/asio/ssl.hpp>
#else
#include <asio/ssl.hpp>
#endif

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 { namespace ami { inline namespace AGI_NET {

/// Whom to believe, and who we are.
struct TlsOptions {
    std::string ca_file{};  ///< Certificates to believe (PEM); empty: those of the system.
    /// The name that the certificate must have; empty: the host that was connected to.
    std::string name{};
    std::string certificate_file{};  ///< Ours, where Asterisk asks for one (PEM, with its chain).
    std::string key_file{};
};

/// Why a certificate is not believed, in OpenSSL's words.
class CertificateErrors final
    : public std::decay_t<decltype(std::declval<error_code>().category())> {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "agi.certificate"; }
    [[nodiscard]] std::string message(int code) const override {
        return std::string{"certificate verify failed: "} + ::X509_verify_cert_error_string(code);
    }
    static const CertificateErrors& get() noexcept {
        static const CertificateErrors category;
        return category;
    }
};

class TlsTransport final : public Transport {
  public:
    TlsTransport(net::io_context& context, std::shared_ptr<net::ssl::context> tls, std::string name)
        : tls_{std::move(tls)}, name_{std::move(name)}, stream_{context, *tls_} {}

    [[nodiscard]] net::ip::tcp::socket& socket() noexcept override { return stream_.next_layer(); }
    void handshake(const std::string& host, Done done) override {
        const std::string& name = name_.empty() ? host : name_;
        error_code error;
        net::ip::make_address(name, error);
        // What the macro SSL_set_tlsext_host_name does, but for its cast.
        if (error) {
            std::string sent = name;
            ::SSL_ctrl(stream_.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                       TLSEXT_NAMETYPE_host_name, sent.data());
        }
        stream_.set_verify_mode(net::ssl::verify_peer);
        stream_.set_verify_callback([is_named = net::ssl::host_name_verification{name}](
                                        bool believed, net::ssl::verify_context& chain) {
            const bool named = is_named(believed, chain);
            if (believed && !named) {
                ::X509_STORE_CTX_set_error(chain.native_handle(), X509_V_ERR_HOSTNAME_MISMATCH);
            }
            return named;
        });
        stream_.async_handshake(net::ssl::stream_base::client,
                                [this, done = std::move(done)](const error_code& failed) {
                                    done(failed ? reason_of(failed) : failed);
                                });
    }
    void read(net::mutable_buffer to, Moved moved) override {
        stream_.async_read_some(to, std::move(moved));
    }
    void write(net::const_buffer from, Moved moved) override {
        net::async_write(stream_, from, std::move(moved));
    }

  private:
    [[nodiscard]] error_code reason_of(const error_code& failed) {
        const auto verified = static_cast<int>(::SSL_get_verify_result(stream_.native_handle()));
        return verified == X509_V_OK ? failed : error_code{verified, CertificateErrors::get()};
    }

    std::shared_ptr<net::ssl::context> tls_;
    std::string name_;
    net::ssl::stream<net::ip::tcp::socket> stream_;
};

/// For ClientOptions::transport: TLS 1.2 or later.
///
///     options.transport = agi::ami::tls({"/etc/asterisk/keys/ca.crt"});
///
/// @throws system_error  a file cannot be read: with its name
inline MakeTransport tls(const TlsOptions& options = {}) {
    auto context = std::make_shared<net::ssl::context>(net::ssl::context::tls_client);
    context->set_options(net::ssl::context::default_workarounds | net::ssl::context::no_sslv3 |
                         net::ssl::context::no_tlsv1 | net::ssl::context::no_tlsv1_1);
    error_code error;
    const auto check = [&error](const char* what, const std::string& file) {
        if (error) throw wire::system_error{error, what + (" \"" + file + '"')};
    };
    if (options.ca_file.empty()) {
        context->set_default_verify_paths();
    } else {
        context->load_verify_file(options.ca_file, error);
        check("TLS: ca_file", options.ca_file);
    }
    if (!options.certificate_file.empty()) {
        context->use_certificate_chain_file(options.certificate_file, error);
        check("TLS: certificate_file", options.certificate_file);
        context->use_private_key_file(options.key_file, net::ssl::context::pem, error);
        check("TLS: key_file", options.key_file);
    }
    return [context, name = options.name](net::io_context& at) -> std::shared_ptr<Transport> {
        return std::make_shared<TlsTransport>(at, context, name);
    };
}

}}}}  // namespace agi::v0::ami::AGI_NET
