package io.elasticjob.coordination;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.text.NearestName;
import java.util.Collection;
import java.util.function.Supplier;

/**
 * A setting that names what nobody knows. To look for the name that was meant takes a while, so that it is left to the one that
 * tells it: {@link #withHint()}.
 */
public final class UnknownNameException extends InvalidSettingException {

    private static final long serialVersionUID = 1L;

    private final String typed;
    private final transient Supplier<Collection<String>> known;

    /** @param known all names that could have been meant; asked for on whatever thread, so that it must not change */
    public UnknownNameException(String key, String typed, String rule, Supplier<Collection<String>> known) {
        super(key, typed, rule);
        this.typed = typed;
        this.known = known;
    }

    /** The same with the name that was most likely meant. Not for the loop: it compares the name with all others. */
    public InvalidSettingException withHint() {
        return new InvalidSettingException(key(), typed, rule() + NearestName.hint(typed, known.get()));
    }
}
