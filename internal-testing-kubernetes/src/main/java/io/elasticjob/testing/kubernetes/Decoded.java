package io.elasticjob.testing.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An object as it is sent, and as the API server reads it.
 *
 * @param value null for a custom resource, and for what could not be read
 */
record Decoded(Map<String, Object> tree, @Nullable HasMetadata value) {

    String kind() {
        return String.valueOf(tree.get("kind"));
    }

    String version() {
        return String.valueOf(tree.get("apiVersion"));
    }

    String name() {
        return String.valueOf(metadata().get("name"));
    }

    String namespace() {
        return String.valueOf(metadata().getOrDefault("namespace", "default"));
    }

    @Override
    public String toString() {
        return kind() + " " + name();
    }

    /** The value, if it is of the type. */
    <T> @Nullable T as(Class<T> type) {
        return type.isInstance(value) ? type.cast(value) : null;
    }

    ObjectMeta meta() {
        return Objects.requireNonNull(value).getMetadata();
    }

    @SuppressWarnings("unchecked")
    Map<String, Object> metadata() {
        return tree.get("metadata") instanceof Map<?, ?> metadata ? (Map<String, Object>) metadata : Map.of();
    }
}
