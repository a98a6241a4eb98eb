package io.elasticjob.console;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;

/**
 * What an answer of the console says beside its content, which an endpoint of the actuator has no words for. Decides; the
 * filters for Spring MVC and Spring WebFlux send it.
 *
 * <p>A page may load scripts, styles and data from where it comes from itself, and nothing else: no script in the page, no
 * script that was made from text, no frame around it.
 */
public final class ConsoleHeaders {

    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types lit-html";

    private static final int FOUND = 302;

    private final Supplier<@Nullable PathMappedEndpoints> endpoints;
    private final ConsoleFiles files;

    /** @param endpoints of this application, once they are known; null where there are none */
    public ConsoleHeaders(Supplier<@Nullable PathMappedEndpoints> endpoints, ConsoleFiles files) {
        this.endpoints = endpoints;
        this.files = files;
    }

    /**
     * What is said.
     *
     * @param status in place of the content; null where the endpoint answers
     */
    public record Answer(@Nullable Integer status, Map<String, String> headers) {}

    /**
     * Decides.
     *
     * @param path within the application
     * @param written the path as the browser has written it
     * @return empty for what is none of the console's business
     */
    public Optional<Answer> of(String path, String written) {
        PathMappedEndpoints known = endpoints.get();
        if (known == null || known.getEndpoint(ConsoleAddresses.CONSOLE) == null) {
            return Optional.empty();
        }
        String console = ConsoleAddresses.of(known).console();
        if (path.equals(console)) {
            // Relative to what is asked for, so that it leads there through any proxy.
            String last = written.substring(written.lastIndexOf('/') + 1);
            return Optional.of(new Answer(FOUND, headers("no-store", Map.of("Location", last + "/"))));
        }
        if (!path.startsWith(console + "/")) {
            return Optional.empty();
        }
        boolean isFile = files.find(path.substring(console.length() + 1)).isPresent();
        return Optional.of(new Answer(
                null,
                isFile
                        ? headers("private, max-age=31536000, immutable", Map.of("Content-Encoding", "gzip"))
                        : headers("no-store", Map.of())));
    }

    private static Map<String, String> headers(String caching, Map<String, String> further) {
        Map<String, String> headers = new LinkedHashMap<>(further);
        headers.put("Cache-Control", caching);
        headers.put("Content-Security-Policy", POLICY);
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("X-Frame-Options", "DENY");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        return headers;
    }
}
