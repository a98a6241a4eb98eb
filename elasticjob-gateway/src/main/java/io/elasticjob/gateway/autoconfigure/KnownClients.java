package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.InvalidSettingException;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** The clients of {@code elasticjob.gateway.clients}, by what they show of themselves. Safe to use from any thread. */
final class KnownClients implements AutoCloseable {

    private static final String SCHEME = "bearer ";

    private final TokenHashes tokens;
    private final TokenFiles files;
    private final Map<String, String> subjects = new HashMap<>();
    private final Map<X500Principal, String> certificates = new HashMap<>();

    /**
     * @param isTlsWithClients whether the web server asks clients for certificates
     * @param readsJwts whether there is a decoder of JWTs
     * @throws InvalidSettingException for a client that could never attach, or that is told apart by nothing
     */
    KnownClients(ElasticJobGatewayProperties properties, boolean isTlsWithClients, boolean readsJwts) {
        TokenHashes all = TokenHashes.NONE;
        for (Map.Entry<String, ElasticJobGatewayProperties.Client> entry :
                properties.getClients().entrySet()) {
            String name = entry.getKey();
            String prefix = "elasticjob.gateway.clients." + name;
            ElasticJobGatewayProperties.Client client = entry.getValue();
            mustBeToldApart(prefix, client);
            for (int i = 0; i < client.getTokenHashes().size(); i++) {
                String key = prefix + ".token-hashes[" + i + "]";
                all = all.with(
                        key, TokenHashes.read(key, client.getTokenHashes().get(i)), name);
            }
            for (int i = 0; i < client.getSubjects().size(); i++) {
                String key = prefix + ".subjects[" + i + "]";
                if (!readsJwts) {
                    throw new InvalidSettingException(
                            key,
                            client.getSubjects().get(i),
                            "needs an OAuth2 resource server: add spring-boot-starter-security-oauth2-resource-server"
                                    + " and set spring.security.oauth2.resourceserver.jwt.issuer-uri");
                }
                mustBeOfOne(key, subjects.put(client.getSubjects().get(i), name));
            }
            for (int i = 0; i < client.getCertificates().size(); i++) {
                String key = prefix + ".certificates[" + i + "]";
                String text = client.getCertificates().get(i);
                if (!isTlsWithClients) {
                    throw new InvalidSettingException(
                            key,
                            text,
                            "needs a web server that asks for client certificates: set server.ssl.client-auth=want or need");
                }
                mustBeOfOne(key, certificates.put(distinguishedName(key, text), name));
            }
        }
        tokens = all;
        files = new TokenFiles(properties.getClients());
    }

    /** As the application is configured. None where workers are served without security. */
    static KnownClients of(ElasticJobGatewayProperties properties, Environment environment, boolean readsJwts) {
        if (properties.isInsecure()) {
            return new KnownClients(new ElasticJobGatewayProperties(), false, false);
        }
        String clientAuth = environment.getProperty("server.ssl.client-auth", "");
        return new KnownClients(
                properties, StringUtils.hasText(clientAuth) && !clientAuth.equalsIgnoreCase("none"), readsJwts);
    }

    private static void mustBeToldApart(String prefix, ElasticJobGatewayProperties.Client client) {
        boolean isKnown = !client.getTokenHashes().isEmpty()
                || !client.getTokenFiles().isEmpty()
                || !client.getSubjects().isEmpty()
                || !client.getCertificates().isEmpty();
        if (!isKnown) {
            throw new InvalidSettingException(
                    prefix,
                    "",
                    "must have token-hashes, token-files, subjects or certificates, unless the application has a security"
                            + " filter chain named elasticJobGatewaySecurity");
        }
    }

    private static void mustBeOfOne(String key, @Nullable String other) {
        if (other != null) {
            throw new InvalidSettingException(key, "", "must not be listed twice; client " + other + " has it as well");
        }
    }

    private static X500Principal distinguishedName(String key, String text) {
        try {
            if (text.toUpperCase(Locale.ROOT).contains("CN=")) {
                return new X500Principal(text);
            }
        } catch (IllegalArgumentException noName) {
            // said below
        }
        throw new InvalidSettingException(
                key,
                text,
                "must be the subject of a certificate, such as CN=images,O=Example. A comma parts the elements of a list: in"
                        + " a properties file write certificates[0]=...");
    }

    /** Whether a request shows a token, be it one that is known. */
    static boolean showsToken(@Nullable String authorization) {
        return authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME);
    }

    /** @param authorization of which {@link #showsToken} */
    static String token(String authorization) {
        return authorization.substring(SCHEME.length()).strip();
    }

    Optional<String> ofToken(String token) {
        byte[] hash = TokenHashes.sha256(token);
        Optional<String> known = tokens.clientOf(hash);
        Optional<String> ofFile = files.tokens().clientOf(hash);
        return known.isPresent() ? known : ofFile;
    }

    /** Whether it makes sense to look at JWTs. */
    boolean haveSubjects() {
        return !subjects.isEmpty();
    }

    Optional<String> ofSubject(@Nullable String subject) {
        return Optional.ofNullable(subject).map(subjects::get);
    }

    /** @param chain whose first one the client has proved to be its own, as the web server has found; null for none */
    Optional<String> ofCertificates(X509Certificate @Nullable [] chain) {
        return chain == null || chain.length == 0
                ? Optional.empty()
                : Optional.ofNullable(certificates.get(chain[0].getSubjectX500Principal()));
    }

    @Override
    public void close() {
        files.close();
    }
}
