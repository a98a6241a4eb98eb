package io.elasticjob.alert;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What became of the alerts of one channel, since it was made. Read and written from any thread. */
public final class AlertCounts {

    /** What can become of an alert. */
    public enum Fate {
        /** The channel took it. */
        SENT,
        /** It was given up: the channel failed too often, or too many were waiting for it. */
        FAILED,
        /** It was held back, because the channel had been given enough of its kind or in all. */
        SUPPRESSED
    }

    private final Map<AlertCondition, Map<Fate, LongAdder>> numbers = new EnumMap<>(AlertCondition.class);

    AlertCounts() {
        for (AlertCondition condition : AlertCondition.values()) {
            Map<Fate, LongAdder> fates = new EnumMap<>(Fate.class);
            for (Fate fate : Fate.values()) {
                fates.put(fate, new LongAdder());
            }
            numbers.put(condition, fates);
        }
    }

    void count(Alert alert, Fate fate) {
        adder(alert.condition(), fate).increment();
    }

    /** How many alerts of this condition there were of which this became. */
    public long of(AlertCondition condition, Fate fate) {
        return adder(condition, fate).sum();
    }

    private LongAdder adder(AlertCondition condition, Fate fate) {
        Map<Fate, LongAdder> fates = numbers.get(condition);
        LongAdder adder = fates == null ? null : fates.get(fate);
        if (adder == null) {
            throw new IllegalStateException("No number for " + condition + " and " + fate);
        }
        return adder;
    }
}
