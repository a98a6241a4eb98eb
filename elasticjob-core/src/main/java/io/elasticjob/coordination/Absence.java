package io.elasticjob.coordination;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A time in which an instance takes no part: the registry is not reached, or does not let it register.
 *
 * @param since by the local clock
 * @param because in words; null where that is not known
 * @param isUntold whether the registry was never reached since the start, and nothing was said of it
 */
public record Absence(Instant since, @Nullable String because, boolean isUntold) {

    /** How long a registry may take to appear before that is worth a word. */
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Begins with the start of the process. */
    public static Absence fromStart(Instant now) {
        return new Absence(now, null, true);
    }

    /** Begins with the loss of a connection. */
    public static Absence fromLoss(Instant now) {
        return new Absence(now, null, false);
    }

    /** Whether it has lasted for so long since the start that it is worth a word. */
    public boolean isToBeTold(Instant now) {
        return isUntold && now.isAfter(since.plus(PATIENCE));
    }

    /** The same, after something was said of it, or the registry was reached. */
    public Absence told() {
        return new Absence(since, because, false);
    }

    /** The same for this reason, which is said. */
    public Absence because(String reason) {
        return new Absence(since, reason, false);
    }

    /** The same reason, from the loss of a further connection on. */
    public Absence lostAgain(Instant now) {
        return new Absence(now, because, false);
    }

    /** Whether this reason is not the one that was said last. */
    public boolean isNews(String reason) {
        return !Objects.equals(reason, because);
    }
}
