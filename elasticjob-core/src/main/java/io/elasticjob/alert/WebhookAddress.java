package io.elasticjob.alert;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where a webhook is. Path and query are as good as a password, and are in no text that this gives away. */
final class WebhookAddress {

    /** What is shorter is no secret, but a word such as {@code services}. */
    private static final int SHORTEST_SECRET = 8;

    private static final Pattern AUTHORITY = Pattern.compile("(\\[[^\\]]+]|[^:\\[\\]]+)(?::([0-9]*))?");

    private final URI uri;

    private WebhookAddress(URI uri) {
        this.uri = uri;
    }

    /** @throws IllegalArgumentException saying what is wrong, without the address, continuing a sentence about it */
    static WebhookAddress of(String text) {
        try {
            URI uri = new URI(text.strip());
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            String authority = uri.getAuthority();
            if (!scheme.equals("https") && !scheme.equals("http") || authority == null) {
                throw new IllegalArgumentException("must begin with https:// or http:// and a host");
            }
            if (authority.indexOf('@') >= 0 || uri.getFragment() != null) {
                throw new IllegalArgumentException("must have neither a user nor a fragment");
            }
            Matcher parts = AUTHORITY.matcher(authority);
            if (!parts.matches()) {
                throw new IllegalArgumentException("must have a host, and perhaps a port in figures, after ://");
            }
            String rest = (uri.getRawPath() == null ? "" : uri.getRawPath())
                    + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
            URI ascii = new URI(
                    new URI(scheme + "://" + host(parts.group(1)) + port(parts.group(2)) + rest).toASCIIString());
            if (ascii.getHost() == null) {
                throw new IllegalArgumentException(
                        "must have a name of a host that can be one, or an IP address, after ://");
            }
            return new WebhookAddress(ascii);
        } catch (URISyntaxException malformed) { // its message has the address in it
            throw new IllegalArgumentException("is not a URL: " + malformed.getReason());
        }
    }

    /** In the letters that names of hosts are looked up by. */
    private static String host(String written) {
        if (written.startsWith("[")) {
            return written;
        }
        if (written.indexOf('_') >= 0) {
            throw new IllegalArgumentException(
                    "has an underscore in the name of its host, which Java's HTTP client does not"
                            + " take: use another name of that host, or its IP address");
        }
        try {
            return IDN.toASCII(written);
        } catch (IllegalArgumentException none) {
            throw new IllegalArgumentException(
                    "must have a name of a host that can be one, or an IP address, after ://");
        }
    }

    private static String port(@Nullable String written) {
        if (written == null || written.isEmpty()) {
            return "";
        }
        int port = written.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(written);
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("must have a port from 1 to 65535, or none");
        }
        return ":" + port;
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
