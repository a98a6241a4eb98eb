package io.elasticjob;

import java.util.Collection;

/**
 * A kind of handlers with settings of its own: jobs of that kind have keys beside those that all jobs have. They are set,
 * checked, shown and overridden like all others, in annotations, configuration files, Java and at run time.
 *
 * <p>Kinds are found on the class path, by {@link java.util.ServiceLoader} and the class loader of this interface: which
 * keys there are is the same for all of a process. A job that is stored with a key that no kind here brings is kept as it
 * is, and runs on other instances.
 *
 * @since 0.1.0
 */
public interface HandlerKind {

    /** What people call it, such as {@code script}. */
    String name();

    /** The keys that it brings. Nobody else may bring one that reads alike. */
    Collection<JobKey> keys();

    /**
     * Whether the settings go together. Called for each definition that sets one of {@link #keys()}, when each value by
     * itself is right; on any thread, also on the engine's own, so that it must not wait.
     *
     * @throws InvalidSettingException naming the first setting that cannot be used beside the others
     */
    default void check(JobDefinition job) {}
}
