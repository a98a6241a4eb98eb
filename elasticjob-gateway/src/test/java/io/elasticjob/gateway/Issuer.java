package io.elasticjob.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.elasticjob.codec.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** An issuer of JWTs on the loopback interface, with keys of its own, that tells of itself as OpenID Connect has it. */
final class Issuer implements AutoCloseable {

    private final HttpServer server;
    private final RSAKey key;
    private volatile boolean isDown;

    Issuer() throws IOException, JOSEException {
        key = newKey();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/.well-known/openid-configuration",
                exchange -> answer(
                        exchange,
                        Json.write(Map.of(
                                "issuer", uri(),
                                "jwks_uri", uri() + "/keys",
                                "subject_types_supported", List.of("public")))));
        server.createContext(
                "/keys",
                exchange -> answer(
                        exchange, new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8)));
        server.start();
    }

    static RSAKey newKey() throws JOSEException {
        return new RSAKeyGenerator(2048).keyIDFromThumbprint(true).generate();
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Answers nothing but 500 from now on, or answers again. */
    void down(boolean now) {
        isDown = now;
    }

    String token(String subject) throws JOSEException {
        return token(key, uri(), subject, Instant.now().plus(Duration.ofHours(1)));
    }

    String expired(String subject) throws JOSEException {
        return token(key, uri(), subject, Instant.now().minus(Duration.ofHours(1)));
    }

    static String token(RSAKey by, String issuer, String subject, Instant until) throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(by.getKeyID()).build(),
                new JWTClaimsSet.Builder()
                        .issuer(issuer)
                        .subject(subject)
                        .expirationTime(Date.from(until))
                        .build());
        jwt.sign(new RSASSASigner(by));
        return jwt.serialize();
    }

    private void answer(HttpExchange exchange, byte[] json) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(isDown ? 500 : 200, json.length);
            exchange.getResponseBody().write(json);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
