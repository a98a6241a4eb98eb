package io.elasticjob.boot.alert;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Where a webhook is. Path and query are as good as a password, and are in no text that this gives away. */
final class WebhookAddress {

    /** What is shorter is no secret, but a word such as {@code services}. */
    private static final int SHORTEST_SECRET = 8;

    private final URI uri;

    private WebhookAddress(URI uri) {
        this.uri = uri;
    }

    /** @throws IllegalArgumentException saying what is wrong, without the address, continuing a sentence about it */
    static WebhookAddress of(String text) {
        try {
            URI uri = new URI(text.strip());
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (!scheme.equals("https") && !scheme.equals("http") || uri.getHost() == null) {
                throw new IllegalArgumentException("must begin with https:// or http:// and a host");
            }
            if (uri.getUserInfo() != null || uri.getFragment() != null) {
                throw new IllegalArgumentException("must have neither a user nor a fragment");
            }
            return new WebhookAddress(uri);
        } catch (URISyntaxException malformed) { // its message has the address in it
            throw new IllegalArgumentException("is not a URL: " + malformed.getReason());
        }
    }

    URI uri() {
        return uri;
    }

    /** The text without anything of this address that may be a secret. */
    String masked(String text) {
        String masked = text;
        for (String secret : secrets()) {
            masked = masked.replace(secret, "…");
        }
        return masked;
    }

    private List<String> secrets() {
        return Stream.of(uri.getRawPath(), uri.getPath(), uri.getRawQuery(), uri.getQuery())
                .filter(part -> part != null)
                .flatMap(part -> Stream.concat(Stream.of(part), Arrays.stream(part.split("[/&=]"))))
                .filter(part -> part.length() >= SHORTEST_SECRET)
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    /** Scheme, host and port alone. */
    @Override
    public String toString() {
        return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + "/…";
    }
}
