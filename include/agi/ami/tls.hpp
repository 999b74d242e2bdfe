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

#include <memory>
#include <string>
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
        stream_.set_verify_callback(net::ssl::host_name_verification{name});
        stream_.async_handshake(net::ssl::stream_base::client, std::move(done));
    }
    void read(net::mutable_buffer to, Moved moved) override {
        stream_.async_read_some(to, std::move(moved));
    }
    void write(net::const_buffer from, Moved moved) override {
        net::async_write(stream_, from, std::move(moved));
    }

  private:
    std::shared_ptr<net::ssl::context> tls_;
    std::string name_;
    net::ssl::stream<net::ip::tcp::socket> stream_;
};

/// For ClientOptions::transport: TLS 1.2 or later.
///
///     options.transport = agi::ami::tls({"/etc/asterisk/keys/ca.crt"});
///
/// @throws system_error  a file cannot be read
inline MakeTransport tls(const TlsOptions& options = {}) {
    auto context = std::make_shared<net::ssl::context>(net::ssl::context::tls_client);
    context->set_options(net::ssl::context::default_workarounds | net::ssl::context::no_sslv3 |
                         net::ssl::context::no_tlsv1 | net::ssl::context::no_tlsv1_1);
    if (options.ca_file.empty()) {
        context->set_default_verify_paths();
    } else {
        context->load_verify_file(options.ca_file);
    }
    if (!options.certificate_file.empty()) {
        context->use_certificate_chain_file(options.certificate_file);
        context->use_private_key_file(options.key_file, net::ssl::context::pem);
    }
    return [context, name = options.name](net::io_context& at) -> std::shared_ptr<Transport> {
        return std::make_shared<TlsTransport>(at, context, name);
    };
}

}}}}  // namespace agi::v0::ami::AGI_NET
