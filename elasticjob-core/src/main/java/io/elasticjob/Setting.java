package io.elasticjob;

/**
 * One setting of a job and where it comes from.
 *
 * @param value in its written form
 */
public record Setting(String value, Source source) {

    /** Who said so; a later one wins over an earlier one. */
    public enum Source {
        /** Nobody: the default. */
        DEFAULT,
        /** {@code @ElasticJob}, or the builder of {@link JobDefinition}. */
        CODE,
        /** The application's configuration properties. */
        PROPERTIES,
        /** An operator, at run time. */
        OVERRIDE
    }
}
