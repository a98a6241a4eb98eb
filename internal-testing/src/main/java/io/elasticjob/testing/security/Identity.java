package io.elasticjob.testing.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;

/**
 * A key of its own and the certificate that it signed itself, valid for a day, in a PKCS12 file.
 *
 * @param file under {@code password}
 */
public record Identity(String name, Path file, String password) {

    /**
     * Makes one with the JDK's keytool.
     *
     * @param names that its certificate is for, such as {@code ip:127.0.0.1}
     */
    public static Identity make(Path directory, String name, String names) throws IOException {
        Identity made = new Identity(name, directory.resolve(name + ".p12"), "secret-of-" + name);
        Path log = directory.resolve(name + ".log");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-ext",
                "san=" + names,
                "-keyalg",
                "EC",
                "-validity",
                "1",
                "-storetype",
                "PKCS12",
                "-keystore",
                made.file.toString(),
                "-storepass",
                made.password);
        int ended = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .onExit()
                .join()
                .exitValue();
        if (ended != 0) {
            throw new IOException("keytool ended with " + ended + ": " + Files.readString(log));
        }
        return made;
    }

    /** The key with its certificate, under {@link #password}. */
    public KeyStore keys() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password.toCharArray());
        }
        return store;
    }

    /** A store that believes this one and nobody else. */
    public KeyStore trust() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry(name, keys().getCertificate(name));
        return store;
    }
}
