package io.elasticjob.zookeeper;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * As whom this process shows itself to ZooKeeper, and whom it trusts. The name of the server is always checked against its
 * certificate.
 *
 * @param keys private keys with their certificates; null for a client that shows none
 * @param keyPassword of all keys in {@code keys}; null when they have none. Never shown
 * @param trusted certificates of those that may vouch for a server; null for those that the JVM trusts
 * @param protocols that may be spoken, such as {@code TLSv1.3}; {@link #PROTOCOLS} when empty
 * @param ciphers that may be used; ZooKeeper's own choice when empty
 */
public record ZooKeeperTls(
        @Nullable KeyStore keys,
        @Nullable String keyPassword,
        @Nullable KeyStore trusted,
        List<String> protocols,
        List<String> ciphers) {

    /** What is spoken where nothing else is asked for. */
    public static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    public ZooKeeperTls {
        protocols = protocols.isEmpty() ? PROTOCOLS : List.copyOf(protocols);
        ciphers = List.copyOf(ciphers);
    }

    /** Does not tell the password. */
    @Override
    public String toString() {
        return "ZooKeeperTls[keys=" + (keys == null ? "none" : "***") + ", trusted="
                + (trusted == null ? "those of the JVM" : "***") + ", protocols=" + protocols + ", ciphers=" + ciphers
                + "]";
    }

    char @Nullable [] passwordOfKeys() {
        return keyPassword == null ? null : keyPassword.toCharArray();
    }

    /** @throws GeneralSecurityException when the keys cannot be read with their password, for example */
    SSLContext context() throws GeneralSecurityException {
        KeyManager[] shown = null;
        if (keys != null) {
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(keys, passwordOfKeys());
            shown = factory.getKeyManagers();
        }
        TrustManager[] believed = null;
        if (trusted != null) {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            believed = factory.getTrustManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(shown, believed, null);
        return context;
    }
}
