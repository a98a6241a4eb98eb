package io.elasticjob.boot.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.zookeeper.ZooKeeperTls;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslBundles;

/** An SSL bundle in the words of the registry. A bundle that is reloaded says the new ones when it is asked again. */
final class BundledTls implements Supplier<ZooKeeperTls> {

    static final String KEY = "elasticjob.registry.ssl.bundle";

    private final String name;
    private volatile SslBundle bundle;

    private BundledTls(String name, SslBundle bundle) {
        this.name = name;
        this.bundle = bundle;
    }

    /** @throws InvalidSettingException when there is no bundle of that name, or it cannot be read */
    static BundledTls named(String name, @Nullable SslBundles bundles) {
        return named(KEY, name, bundles);
    }

    /** @param key of the setting that names it */
    static BundledTls named(String key, String name, @Nullable SslBundles bundles) {
        if (bundles == null) {
            throw new InvalidSettingException(
                    key,
                    name,
                    "names an SSL bundle, and this application has none: it lacks Boot's SslAutoConfiguration");
        }
        try {
            BundledTls tls = new BundledTls(name, bundles.getBundle(name));
            bundles.addBundleUpdateHandler(name, reloaded -> tls.bundle = reloaded);
            return tls;
        } catch (NoSuchSslBundleException e) {
            List<String> names = bundles.getBundleNames().stream().sorted().toList();
            throw new InvalidSettingException(
                    key,
                    name,
                    "is not an SSL bundle of this application: "
                            + (names.isEmpty()
                                    ? "there are none; add one under spring.ssl.bundle"
                                    : "there are " + String.join(", ", names)));
        }
    }

    /** The bundle as it is now. */
    SslBundle bundle() {
        return bundle;
    }

    @Override
    public ZooKeeperTls get() {
        SslBundle now = bundle;
        try {
            String password = password(now);
            return new ZooKeeperTls(
                    keys(now, password),
                    password,
                    now.getStores().getTrustStore(),
                    listed(now.getOptions().getEnabledProtocols()),
                    listed(now.getOptions().getCiphers()));
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            throw new InvalidSettingException(KEY, name, "is an SSL bundle that cannot be used: " + e.getMessage());
        }
    }

    private static @Nullable String password(SslBundle bundle) {
        String ofKey = bundle.getKey().getPassword();
        return ofKey != null ? ofKey : bundle.getStores().getKeyStorePassword();
    }

    /** All keys of the bundle, or the one that it names. */
    private static @Nullable KeyStore keys(SslBundle bundle, @Nullable String password)
            throws GeneralSecurityException, IOException {
        KeyStore all = bundle.getStores().getKeyStore();
        SslBundleKey key = bundle.getKey();
        if (all == null || key.getAlias() == null) {
            return all;
        }
        key.assertContainsAlias(all);
        char[] secret = password == null ? null : password.toCharArray();
        Key named = all.getKey(key.getAlias(), secret);
        KeyStore one = KeyStore.getInstance("PKCS12");
        one.load(null, null);
        one.setKeyEntry(key.getAlias(), named, secret, all.getCertificateChain(key.getAlias()));
        return one;
    }

    private static List<String> listed(String @Nullable [] names) {
        return names == null ? List.of() : List.of(names);
    }
}
