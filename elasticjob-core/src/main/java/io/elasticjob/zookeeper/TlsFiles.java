package io.elasticjob.zookeeper;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collections;
import java.util.function.Supplier;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ClientX509Util;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys and certificates where ZooKeeper's client looks for them at every connection: in files, there is no other way into
 * it. They are encrypted under a password that is drawn for this process and never leaves its memory, in a folder that its
 * user alone may enter, and are deleted in the end; what a killed process leaves behind nobody can read.
 *
 * <p>Asks its source at every connection, on the thread that makes it, so that what was renewed is used by the next one.
 */
final class TlsFiles implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(TlsFiles.class);

    private static final String TYPE = "PKCS12";

    private final Supplier<ZooKeeperTls> source;
    private final String password;
    private final Path directory;
    private final Path keys;
    private final Path trusted;
    private volatile ZooKeeperTls written;
    private boolean closed;

    /**
     * Writes them.
     *
     * @throws IllegalArgumentException when the keys cannot be read, with the property to look at
     * @throws UncheckedIOException when there is no place for them
     */
    TlsFiles(Supplier<ZooKeeperTls> source) {
        this.source = source;
        byte[] drawn = new byte[32];
        new SecureRandom().nextBytes(drawn);
        password = Base64.getEncoder().encodeToString(drawn);
        try {
            directory = Files.createTempDirectory("elasticjob-tls-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        keys = directory.resolve("keys.p12");
        trusted = directory.resolve("trusted.p12");
        written = source.get();
        try {
            write(written);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** What was written last. */
    ZooKeeperTls written() {
        return written;
    }

    /** Tells a client of ZooKeeper to use them, whatever the system properties say. */
    ZKClientConfig config() {
        try (ClientX509Util names = new ClientX509Util()) {
            ZKClientConfig config = new AskedConfig(names.getSslKeystoreLocationProperty());
            config.setProperty(ZKClientConfig.SECURE_CLIENT, "true");
            config.setProperty(
                    ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, "org.apache.zookeeper.ClientCnxnSocketNetty");
            if (System.getProperty("java.security.auth.login.config") == null) {
                // Else it looks the server's address up for a name, and it is that name which has to be in the
                // certificate.
                config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
            }
            config.setProperty(names.getSslKeystoreLocationProperty(), keys.toString());
            config.setProperty(names.getSslKeystorePasswdProperty(), password);
            config.setProperty(names.getSslKeystorePasswdPathProperty(), "");
            config.setProperty(names.getSslKeystoreTypeProperty(), TYPE);
            config.setProperty(
                    names.getSslTruststoreLocationProperty(), written.trusted() == null ? "" : trusted.toString());
            config.setProperty(names.getSslTruststorePasswdProperty(), password);
            config.setProperty(names.getSslTruststorePasswdPathProperty(), "");
            config.setProperty(names.getSslTruststoreTypeProperty(), TYPE);
            config.setProperty(names.getSslHostnameVerificationEnabledProperty(), "true");
            config.setProperty(
                    names.getFipsModeProperty(), "true"); // names are checked by the JDK, not by reverse look-ups
            config.setProperty(names.getSslEnabledProtocolsProperty(), String.join(",", written.protocols()));
            if (!written.ciphers().isEmpty()) {
                config.setProperty(names.getSslCipherSuitesProperty(), String.join(",", written.ciphers()));
            }
            return config;
        }
    }

    /** A client asks where the keys are first of all, at each connection that it makes: the moment to write what holds. */
    private final class AskedConfig extends ZKClientConfig {

        private final String first;

        AskedConfig(String first) {
            this.first = first;
        }

        @Override
        public String getProperty(String key, String otherwise) {
            if (key.equals(first)) {
                refresh();
            }
            return super.getProperty(key, otherwise);
        }
    }

    private synchronized void refresh() {
        if (closed) {
            return;
        }
        try {
            ZooKeeperTls now = source.get();
            write(now);
            written = now;
        } catch (RuntimeException e) {
            log.warn("The keys and certificates for ZooKeeper could not be renewed. The previous ones are used.", e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            Files.deleteIfExists(keys);
            Files.deleteIfExists(trusted);
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(ZooKeeperTls tls) {
        try {
            write(keys, copyOfKeys(tls));
            if (tls.trusted() != null) {
                write(trusted, copyOfCertificates(tls.trusted()));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "elasticjob.registry.ssl.bundle: its keys or certificates cannot be used: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one that reads meanwhile gets all of the former or all of the new. */
    private void write(Path file, KeyStore store) throws IOException, GeneralSecurityException {
        Path draft = Files.createTempFile(directory, "draft", null);
        try {
            try (OutputStream out = Files.newOutputStream(draft)) {
                store.store(out, password.toCharArray());
            }
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private KeyStore copyOfKeys(ZooKeeperTls tls) throws IOException, GeneralSecurityException {
        KeyStore copy = empty();
        KeyStore original = tls.keys();
        if (original != null) {
            for (String alias : Collections.list(original.aliases())) {
                Key key = original.isKeyEntry(alias) ? original.getKey(alias, tls.passwordOfKeys()) : null;
                if (key != null) {
                    copy.setKeyEntry(alias, key, password.toCharArray(), original.getCertificateChain(alias));
                }
            }
        }
        return copy;
    }

    private static KeyStore copyOfCertificates(KeyStore original) throws IOException, GeneralSecurityException {
        KeyStore copy = empty();
        for (String alias : Collections.list(original.aliases())) {
            copy.setCertificateEntry(alias, original.getCertificate(alias));
        }
        return copy;
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(TYPE);
        store.load(null, null);
        return store;
    }
}
