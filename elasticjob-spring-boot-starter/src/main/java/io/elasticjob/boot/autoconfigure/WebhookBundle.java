package io.elasticjob.boot.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.alert.WebhookTls;
import java.util.function.Supplier;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslOptions;

/** An SSL bundle in the words of a webhook; one that is reloaded says the new ones when it is asked again. */
final class WebhookBundle implements Supplier<@Nullable WebhookTls> {

    private final String key;
    private final String name;
    private final BundledTls bundles;

    private @Nullable SslBundle read;
    private @Nullable WebhookTls made;

    /** @param key of the setting that names the bundle */
    WebhookBundle(String key, String name, BundledTls bundles) {
        this.key = key;
        this.name = name;
        this.bundles = bundles;
    }

    /** @throws InvalidSettingException when the bundle cannot be used */
    @Override
    public synchronized WebhookTls get() {
        SslBundle now = bundles.bundle();
        WebhookTls tls = made;
        if (tls == null || now != read) {
            tls = tls(now);
            made = tls;
            read = now;
        }
        return tls;
    }

    private WebhookTls tls(SslBundle bundle) {
        try {
            SslOptions options = bundle.getOptions();
            SSLParameters parameters = new SSLParameters();
            if (options.getEnabledProtocols() != null) {
                parameters.setProtocols(options.getEnabledProtocols());
            }
            if (options.getCiphers() != null) {
                parameters.setCipherSuites(options.getCiphers());
            }
            return new WebhookTls(bundle.createSslContext(), parameters);
        } catch (RuntimeException unusable) {
            throw new InvalidSettingException(
                    key, name, "is an SSL bundle that cannot be used: " + unusable.getMessage());
        }
    }
}
