package io.elasticjob;

/**
 * How the firings of several jobs count after which a job runs.
 *
 * @since 0.1.0
 */
public enum Join {
    /** It runs after each of them. */
    EACH,
    /** Of those that descend from one firing of a common ancestor, it runs after the first one. */
    ANY,
    /** It runs once all of them have ended that descend from one firing of a common ancestor. */
    ALL;

    /** @throws InvalidSettingException when the key {@code join} cannot be used, by itself or beside others */
    static Join read(WrittenSettings written) {
        Join join = written.read(JobKey.JOIN, SettingForm.word(Join.class));
        if (join != EACH && Predecessor.read(written.name(), written).size() < 2) {
            throw written.invalid(
                    JobKey.JOIN,
                    "needs two jobs or more in after: it says how several of them count, and after=\""
                            + written.text(JobKey.AFTER) + "\"");
        }
        return join;
    }
}
