package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.InvalidSettingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whom a token belongs to. Tokens are kept hashed, and compared in a time that tells nothing of them. Immutable. */
final class TokenHashes {

    static final TokenHashes NONE = new TokenHashes(List.of());

    private static final int BYTES = 32;

    private record One(byte[] hash, String client) {}

    private final List<One> all;

    private TokenHashes(List<One> all) {
        this.all = all;
    }

    /**
     * With one more.
     *
     * @param key where the token comes from, for the message
     * @throws InvalidSettingException when another client has the same token
     */
    TokenHashes with(String key, byte[] hash, String client) {
        if (all.stream().anyMatch(one -> !one.client.equals(client) && MessageDigest.isEqual(one.hash, hash))) {
            throw new InvalidSettingException(key, "******", "must not be the token of another client as well");
        }
        List<One> more = new ArrayList<>(all);
        more.add(new One(hash, client));
        return new TokenHashes(List.copyOf(more));
    }

    /**
     * Reads the hash of a token.
     *
     * @throws InvalidSettingException for what is none
     */
    static byte[] read(String key, String text) {
        byte[] hash;
        try {
            hash = HexFormat.of().parseHex(text.strip().toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException noHex) {
            hash = new byte[0];
        }
        if (hash.length != BYTES) {
            throw new InvalidSettingException(
                    key, "******", "must be the SHA-256 hash of a token: 64 hexadecimal digits, not the token itself");
        }
        return hash;
    }

    static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }

    /** Looks at all of them, whichever it is. */
    Optional<String> clientOf(byte[] hash) {
        String found = null;
        for (One one : all) {
            if (MessageDigest.isEqual(one.hash, hash)) {
                found = one.client;
            }
        }
        return Optional.ofNullable(found);
    }
}
