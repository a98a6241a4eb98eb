package io.elasticjob.boot.autoconfigure;

import io.elasticjob.alert.WebhookTls;
import io.elasticjob.boot.discovery.Handler;
import io.elasticjob.kind.HttpJob;
import io.elasticjob.kind.HttpTarget;
import io.elasticjob.kind.Script;
import io.elasticjob.kind.ScriptJob;
import io.elasticjob.kind.Secrets;
import java.net.Authenticator;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundles;

/** The handlers that are declared in properties: scripts and HTTP targets. */
final class DeclaredTemplates {

    private DeclaredTemplates() {}

    /**
     * @param bundles null in an application without any
     * @throws io.elasticjob.InvalidSettingException naming the first property that cannot be used
     */
    static List<Handler> handlers(ElasticJobKindProperties properties, @Nullable SslBundles bundles) {
        Secrets secrets = Secrets.of(properties.getSecrets());
        List<Handler> handlers = new ArrayList<>();
        properties.getScripts().forEach((name, written) -> {
            Script script = Script.declared(
                    name,
                    written.getCommand(),
                    written.getWorkingDirectory(),
                    written.getEnvironment(),
                    written.getKillAfter(),
                    secrets);
            handlers.add(
                    new Handler(script.handler(), "elasticjob.scripts." + name, new ScriptJob(script, secrets), true));
        });
        properties.getHttp().getTargets().forEach((name, written) -> {
            String key = "elasticjob.http.targets." + name;
            HttpTarget target = HttpTarget.declared(
                    name,
                    written.getUrl(),
                    written.getMethod(),
                    written.getHeaders(),
                    written.getExpectedStatus(),
                    written.getTimeout(),
                    secrets);
            Client client =
                    new Client(tls(key + ".ssl.bundle", written.getSsl().getBundle(), bundles), target.timeout());
            handlers.add(new Handler(target.handler(), key, new HttpJob(target, client, secrets), true));
        });
        return handlers;
    }

    private static Supplier<@Nullable WebhookTls> tls(String key, @Nullable String name, @Nullable SslBundles bundles) {
        if (name == null) {
            return () -> null;
        }
        WebhookBundle bundle = new WebhookBundle(key, name, BundledTls.named(key, name, bundles));
        bundle.get(); // what cannot be used is told at the start
        return bundle;
    }

    /** Made for the first request, and again when the certificates are others. Follows no redirect. */
    private static final class Client implements Supplier<HttpClient> {

        private final Supplier<@Nullable WebhookTls> tls;
        private final Duration timeout;

        private @Nullable HttpClient made; // guarded by this, as what it was made with
        private @Nullable WebhookTls used;

        Client(Supplier<@Nullable WebhookTls> tls, Duration timeout) {
            this.tls = tls;
            this.timeout = timeout;
        }

        @Override
        public synchronized HttpClient get() {
            WebhookTls now = tls.get();
            HttpClient client = made;
            if (client == null || now != used) {
                client = client(now);
                made = client;
                used = now;
            }
            return client;
        }

        /** Through the proxy that the JVM's system properties name, if they name one, and as its authenticator says. */
        private HttpClient client(@Nullable WebhookTls secured) {
            HttpClient.Builder builder = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(timeout);
            if (ProxySelector.getDefault() != null) {
                builder.proxy(ProxySelector.getDefault());
            }
            if (Authenticator.getDefault() != null) {
                builder.authenticator(Authenticator.getDefault());
            }
            if (secured != null) {
                builder.sslContext(secured.context()).sslParameters(secured.parameters());
            }
            return builder.build();
        }
    }
}
