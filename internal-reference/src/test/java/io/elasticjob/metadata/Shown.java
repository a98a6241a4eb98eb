package io.elasticjob.metadata;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One member of each kind, for {@link ApiReferenceTests}. */
public abstract class Shown<T extends Number> implements Comparable<T> {

    public record Inner(String value) {}

    public @Nullable String field;

    String hidden = "";

    protected abstract List<? extends T> forSubclasses();

    @Override
    public int compareTo(T other) {
        return 0;
    }

    public static void ofTheType(int[] numbers) {}

    public @Nullable String mayBeNull(@Nullable String given) {
        return given;
    }

    public <E extends Exception> void generic(Class<E> type) throws E {}

    void hidden() {}
}
