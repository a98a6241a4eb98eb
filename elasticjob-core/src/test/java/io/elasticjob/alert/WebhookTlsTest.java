package io.elasticjob.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.elasticjob.testing.security.Identity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A receiver whose certificate only a bundle trusts. */
class WebhookTlsTest {

    private static final Alert ALERT = Samples.alert("orders");

    private final AtomicInteger received = new AtomicInteger();
    private final AtomicReference<WebhookTls> tls = new AtomicReference<>();

    @TempDir
    private Path directory;

    private Identity identity;
    private HttpsServer server;

    @BeforeEach
    void start() throws Exception {
        identity = Identity.make(directory, "receiver", "ip:127.0.0.1");
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context(identity.keys(), identity.trust())));
        server.createContext("/", exchange -> {
            received.incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aCertificateThatNobodyTrustsIsSaidInWords() {
        assertThatThrownBy(() -> channel().send(ALERT))
                .hasMessageContaining("there is no connection under TLS (")
                .hasMessageNotContaining("0123456789");
        assertThat(received).hasValue(0);
    }

    @Test
    void whatABundleTrustsIsTrustedAndOneThatIsRenewedIsUsedByTheNext() throws Exception {
        Identity other = Identity.make(directory, "other", "ip:127.0.0.1");
        tls.set(trusting(other));
        WebhookAlertChannel channel = channel();
        assertThatThrownBy(() -> channel.send(ALERT)).hasMessageContaining("under TLS");

        tls.set(trusting(identity));
        channel.send(ALERT);
        channel.send(ALERT);

        assertThat(received).hasValue(2);
    }

    private WebhookAlertChannel channel() {
        return new WebhookAlertChannel(
                "https://127.0.0.1:" + server.getAddress().getPort() + "/hook/0123456789",
                WebhookFormat.JSON,
                null,
                AlertTemplate.WHOLE,
                Duration.ofSeconds(20),
                () -> Instant.EPOCH,
                tls::get);
    }

    private WebhookTls trusting(Identity trusted) throws Exception {
        return new WebhookTls(context(null, trusted.trust()), new SSLParameters());
    }

    private SSLContext context(KeyStore keys, KeyStore trust) throws Exception {
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(trust);
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, keys == null ? null : identity.password().toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }
}
