package io.elasticjob.kind;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.text.Durations;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A request that an application declares, for jobs that name it. Nothing of it comes from elsewhere: neither the address nor
 * a header.
 */
public final class HttpTarget {

    private static final String PREFIX = HttpKind.HTTP.key() + ":";
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");
    private static final Set<String> WITHOUT_BODY = Set.of("GET", "DELETE");
    private static final Duration LONGEST = Duration.ofHours(24);

    private final String name;
    /** With the values of secrets, as headers are. */
    private final URI url;

    private final String method;
    private final Map<String, String> headers;
    private final ExpectedStatus expected;
    private final Duration timeout;

    private HttpTarget(
            String name,
            URI url,
            String method,
            Map<String, String> headers,
            ExpectedStatus expected,
            Duration timeout) {
        this.name = name;
        this.url = url;
        this.method = method;
        this.headers = headers;
        this.expected = expected;
        this.timeout = timeout;
    }

    /**
     * As it is written down.
     *
     * @param url with http or https, and perhaps placeholders for secrets
     * @param headers perhaps with placeholders for secrets
     * @param expected each like {@code 200}, {@code 200-204} or {@code 2xx}
     * @throws InvalidSettingException naming the property that cannot be used
     */
    public static HttpTarget declared(
            String name,
            String url,
            String method,
            Map<String, String> headers,
            List<String> expected,
            Duration timeout,
            Secrets secrets) {
        String key = "elasticjob.http.targets." + name;
        if (!TemplateName.isOne(name)) {
            throw new InvalidSettingException(
                    "elasticjob.http.targets", name, "is no name of a target: " + TemplateName.RULE);
        }
        String verb = method.strip().toUpperCase(Locale.ROOT);
        if (!WITH_BODY.contains(verb) && !WITHOUT_BODY.contains(verb)) {
            throw new InvalidSettingException(
                    key + ".method", method, "must be one of GET, POST, PUT, PATCH and DELETE");
        }
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST) > 0) {
            throw new InvalidSettingException(
                    key + ".timeout", Durations.format(timeout), "must be longer than nothing and at most 1d");
        }
        return new HttpTarget(
                name,
                address(key + ".url", url, secrets),
                verb,
                headers(key + ".headers.", headers, secrets),
                statuses(key + ".expected-status", expected),
                timeout);
    }

    private static URI address(String key, String written, Secrets secrets) {
        if (written.isBlank()) {
            throw new InvalidSettingException(
                    key, "", "is missing: write where the target is, with http:// or https://");
        }
        try {
            URI url = new URI(secrets.resolve(key, written.strip()));
            String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
            String rule = !scheme.equals("http") && !scheme.equals("https")
                    ? "must begin with https:// or http://"
                    : url.getHost() == null
                            ? "must have the name of a host, or an IP address, after ://"
                            : url.getRawUserInfo() != null || url.getRawFragment() != null
                                    ? "must have neither a user nor a fragment: put what authenticates into a header"
                                    : "";
            if (!rule.isEmpty()) {
                throw new InvalidSettingException(key, shown(written), rule);
            }
            return url;
        } catch (URISyntaxException malformed) { // its message has the address in it
            throw new InvalidSettingException(key, shown(written), "is not a URL: " + malformed.getReason());
        }
    }

    /** Without what may be a secret that somebody wrote into it. */
    private static String shown(String written) {
        int path = written.indexOf('/', Math.max(0, written.indexOf("://")) + 3);
        int query = written.indexOf('?');
        int end = path < 0 ? query : query < 0 ? path : Math.min(path, query);
        String origin = end < 0 ? written : written.substring(0, end) + "/…";
        return origin.contains("@") ? InvalidSettingException.hidden(written) : origin;
    }

    private static Map<String, String> headers(String key, Map<String, String> written, Secrets secrets) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        written.forEach((header, value) -> {
            String resolved = secrets.resolve(key + header, value);
            if (HttpJob.OWN_HEADERS.contains(header.toLowerCase(Locale.ROOT))) {
                throw new InvalidSettingException(key + header, "(text)", "cannot be set: it tells of the execution");
            }
            try {
                HttpRequest.newBuilder().header(header, resolved);
            } catch (IllegalArgumentException refused) { // its message has the value in it
                throw new InvalidSettingException(
                        key + header, InvalidSettingException.hidden(value), "is no header that can be sent");
            }
            headers.put(header, resolved);
        });
        return headers;
    }

    private static ExpectedStatus statuses(String key, List<String> written) {
        try {
            return ExpectedStatus.of(written);
        } catch (IllegalArgumentException wrong) {
            throw new InvalidSettingException(key, String.join(",", written), String.valueOf(wrong.getMessage()));
        }
    }

    /** Name of the handler that calls it, as instances offer it. */
    public String handler() {
        return PREFIX + name;
    }

    public String name() {
        return name;
    }

    URI url() {
        return url;
    }

    String method() {
        return method;
    }

    boolean hasBody() {
        return WITH_BODY.contains(method);
    }

    Map<String, String> headers() {
        return headers;
    }

    ExpectedStatus expected() {
        return expected;
    }

    public Duration timeout() {
        return timeout;
    }

    /** Method, scheme, host and port: path, query and headers may have secrets. */
    @Override
    public String toString() {
        return "target " + name + " (" + method + " " + url.getScheme() + "://" + url.getRawAuthority() + "/…)";
    }
}
