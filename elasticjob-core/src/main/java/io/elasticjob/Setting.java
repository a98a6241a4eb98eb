package io.elasticjob;

/**
 * One setting of a job and where it comes from.
 *
 * @param value in its written form
 * @since 0.1.0
 */
public record Setting(String value, Source source) {

    /** Without the value, which may be secret. */
    @Override
    public String toString() {
        return source + " " + InvalidSettingException.hidden(value);
    }

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
