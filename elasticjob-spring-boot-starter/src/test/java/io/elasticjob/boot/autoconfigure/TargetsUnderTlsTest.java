package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.testing.security.Identity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;

/** HTTP targets whose certificates only an SSL bundle trusts, and that ask for one of the caller. */
class TargetsUnderTlsTest {

    private final AtomicInteger called = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir
    private Path directory;

    private Identity receiver;
    private Identity shop;
    private HttpsServer server;

    static class Ends {
        final Queue<String> outcomes = new ConcurrentLinkedQueue<>();

        @EventListener
        void on(ElasticJobEvent.ExecutionEnded ended) {
            outcomes.add(ended.outcome().toString());
        }
    }

    @BeforeEach
    void start() throws Exception {
        receiver = Identity.make(directory, "receiver", "ip:127.0.0.1");
        shop = Identity.make(directory, "shop", "dns:shop.example");
        SSLContext context = context(receiver, shop.trust());
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = context.getDefaultSSLParameters();
                wanted.setNeedClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            called.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static SSLContext context(Identity own, KeyStore trust) throws Exception {
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(trust);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own.keys(), own.password().toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    private ApplicationContextRunner calling(String address) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LifecycleAutoConfiguration.class,
                        SslAutoConfiguration.class,
                        ElasticJobAutoConfiguration.class))
                .withUserConfiguration(InMemoryRegistry.class, Ends.class)
                .withPropertyValues(
                        "spring.application.name=shop",
                        "elasticjob.http.targets.billing.url=https://" + address + ":"
                                + server.getAddress().getPort() + "/bill?key=0123456789",
                        "elasticjob.jobs.bill.http=billing",
                        "elasticjob.jobs.bill.every=1s");
    }

    private ApplicationContextRunner bundled(ApplicationContextRunner runner, Identity own, Identity trusted) {
        return runner.withPropertyValues(
                "elasticjob.http.targets.billing.ssl.bundle=billing",
                "spring.ssl.bundle.jks.billing.keystore.location=file:" + own.file(),
                "spring.ssl.bundle.jks.billing.keystore.type=PKCS12",
                "spring.ssl.bundle.jks.billing.keystore.password=" + own.password(),
                "spring.ssl.bundle.jks.billing.truststore.location=file:" + trusted.file(),
                "spring.ssl.bundle.jks.billing.truststore.type=PKCS12",
                "spring.ssl.bundle.jks.billing.truststore.password=" + trusted.password());
    }

    private void fails(ApplicationContextRunner runner) {
        runner.run(context -> {
            Queue<String> outcomes = context.getBean(Ends.class).outcomes;
            await().until(() -> !outcomes.isEmpty());
            assertThat(outcomes.peek())
                    .contains("cannot be reached: there is no connection under TLS (")
                    .doesNotContain("0123456789");
        });
        assertThat(called).hasValue(0);
    }

    @Test
    void whatTheBundleTrustsIsCalledWithItsOwnCertificate() {
        bundled(calling("127.0.0.1"), shop, receiver).run(context -> {
            Queue<String> outcomes = context.getBean(Ends.class).outcomes;
            await().until(() -> !outcomes.isEmpty());
            assertThat(outcomes.peek()).startsWith("Succeeded");
            assertThat(called).hasPositiveValue();
        });
    }

    @Test
    void withoutABundleTheCertificateIsTrustedByNobody() {
        fails(calling("127.0.0.1"));
    }

    @Test
    void aCertificateOfAnotherIsNotTrusted() {
        fails(bundled(calling("127.0.0.1"), shop, shop));
    }

    /** Its certificate is for the address alone. */
    @Test
    void aCertificateForAnotherNameIsNotTrusted() {
        fails(bundled(calling("localhost"), shop, receiver));
    }
}
