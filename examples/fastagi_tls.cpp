// SPDX-License-Identifier: MIT
// FastAGI through TLS. Asterisk cannot do that itself: stunnel does it on its side, see
// stunnel.conf. Each side shows a certificate, so nobody else can connect. The server is a dozen
// lines of Asio and has a thread for each call. Dialplan: [fastagi_tls] in extensions.conf.
//
//     fastagi_tls port certificate.pem key.pem authority.pem
//
// The certificate of stunnel must be signed by the authority.

#include <agi/agi.hpp>
#include <agi/asio/asio_stream.hpp>

#include <asio.hpp>
#include <asio/ssl.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

using asio::ip::tcp;
using TlsStream = asio::ssl::stream<tcp::socket>;

template <class Session>
void secret_number(Session& session) {
    agi::Answer{}(session);
    const auto entry = agi::GetData{"agent-pass", std::chrono::seconds{5}, 8}(session);
    agi::SetVariable{"ENTERED", entry.digits}(session);
    agi::StreamFile{"auth-thankyou"}(session);
}

void serve(TlsStream stream) {
    try {
        stream.handshake(TlsStream::server);
        agi::Session session{agi::AsioStream{std::move(stream)}};
        secret_number(session);
        asio::error_code ignored;
        session.stream().stream().shutdown(ignored);
    } catch (const std::exception& error) {  // a bad certificate, or a hang-up
        std::fprintf(stderr, "fastagi_tls: %s\n", error.what());
    }
}

// A number of a port, all of it.
std::uint16_t port_of(const std::string& text) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    if (!digits || text.size() > 5 || std::stoi(text) > 65535) {
        throw std::invalid_argument{"'" + text + "' is no port"};
    }
    return static_cast<std::uint16_t>(std::stoi(text));
}

int main(int argc, char** argv) {
    if (argc != 5) {
        std::fprintf(stderr, "usage: fastagi_tls port certificate key authority\n");
        return 2;
    }
    try {
        const std::uint16_t port = port_of(argv[1]);
        asio::ssl::context tls{asio::ssl::context::tls_server};
        tls.use_certificate_chain_file(argv[2]);
        tls.use_private_key_file(argv[3], asio::ssl::context::pem);
        tls.load_verify_file(argv[4]);
        tls.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);

        asio::io_context context;
        tcp::acceptor acceptor{context, {tcp::v6(), port}};
        std::fprintf(stderr, "port %d\n", acceptor.local_endpoint().port());
        for (;;) {
            TlsStream stream{acceptor.accept(), tls};
            std::thread{serve, std::move(stream)}.detach();
        }
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr, "fastagi_tls: %s\nusage: fastagi_tls port certificate key authority\n",
                     error.what());
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fastagi_tls: %s\n", error.what());
        return EXIT_FAILURE;
    }
}
