package io.elasticjob.gateway.web;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Whether a request came through a proxy, as its headers say. */
final class Forwarding {

    private static final List<String> HEADERS = List.of(
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-Forwarded-Port",
            "X-Forwarded-Prefix",
            "X-Real-IP",
            "Via");

    private Forwarding() {}

    /** @param header gives the first header of a name; null where there is none */
    static boolean isSaidBy(Function<String, @Nullable String> header) {
        return HEADERS.stream().anyMatch(name -> header.apply(name) != null);
    }
}
