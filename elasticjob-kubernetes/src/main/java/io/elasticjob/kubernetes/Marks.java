package io.elasticjob.kubernetes;

import io.elasticjob.Firing;
import io.elasticjob.spi.RunId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a Job says about the run that it is. Labels have no room for that, as they take no colon and 63 characters: they only
 * find what annotations tell.
 */
final class Marks {

    static final String PREFIX = "elasticjob.io/";
    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    static final String OURS = "elasticjob";
    static final String NAMESPACE_HASH = PREFIX + "namespace-hash";
    static final String FORMAT = PREFIX + "format";
    static final String THIS_FORMAT = "1";
    /** Name of the ConfigMap with values that are long, or that differ between tasks; not there when there are none. */
    static final String VALUES = PREFIX + "values";

    private static final String NAMESPACE = PREFIX + "namespace";
    private static final String JOB = PREFIX + "job";
    private static final String LIFE = PREFIX + "life";
    private static final String FIRING = PREFIX + "firing";
    private static final String ATTEMPT = PREFIX + "attempt";

    private Marks() {}

    /** Annotations that say it in full. */
    static Map<String, String> annotations(RunId run) {
        Map<String, String> annotations = new LinkedHashMap<>();
        annotations.put(FORMAT, THIS_FORMAT);
        annotations.put(NAMESPACE, run.namespace());
        annotations.put(JOB, run.job());
        annotations.put(LIFE, run.life());
        annotations.put(FIRING, run.firing().text());
        annotations.put(ATTEMPT, Integer.toString(run.attempt()));
        return annotations;
    }

    /** Labels by which the objects of a namespace are listed. */
    static Map<String, String> labels(String namespace) {
        return Map.of(MANAGED_BY, OURS, NAMESPACE_HASH, hash(namespace));
    }

    /** A namespace can have characters that labels do not take. Different ones have different hashes, but for chance. */
    static String hash(String namespace) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(namespace.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 10);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Each Java platform has SHA-256", impossible);
        }
    }

    /** Whether ElasticJob has made it, also a later version of it. */
    static boolean isOurs(HasMetadata object) {
        return OURS.equals(object.getMetadata().getLabels().get(MANAGED_BY));
    }

    /** Which run it is; empty when it is not ours, or cannot be read here. */
    static Optional<RunId> run(HasMetadata object) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        if (!isOurs(object) || !THIS_FORMAT.equals(annotations.get(FORMAT))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new RunId(
                    there(annotations.get(NAMESPACE)),
                    there(annotations.get(JOB)),
                    there(annotations.get(LIFE)),
                    Firing.of(there(annotations.get(FIRING))),
                    Integer.parseInt(there(annotations.get(ATTEMPT)))));
        } catch (IllegalArgumentException | NullPointerException unreadable) {
            return Optional.empty();
        }
    }

    private static String there(@Nullable String value) {
        return Objects.requireNonNull(value);
    }
}
