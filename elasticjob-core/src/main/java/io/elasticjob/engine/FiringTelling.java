package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.FiringListener;
import io.elasticjob.Outcome;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.text.Durations;
import io.elasticjob.text.Thrown;
import io.elasticjob.text.VisibleText;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Has the listeners of a firing called, one after another, each on a thread of its own and for so long at most. */
final class FiringTelling {

    private final Map<String, FiringListener> listeners;
    private final Map<String, Hearing> hearings;
    private final Outbox outbox;

    /** What a listener wants to hear. */
    private record Hearing(boolean before, boolean after) {

        private static final String NATIVE_IMAGE = "org.graalvm.nativeimage.imagecode";

        /** As of one that is not there: that is told in its place. */
        static final Hearing ALL = new Hearing(true, true);

        static Hearing of(FiringListener listener) {
            return new Hearing(
                    isOverridden(listener, "beforeFiring", FiringListener.Start.class),
                    isOverridden(listener, "afterFiring", FiringListener.End.class));
        }

        /** Where that cannot be told it is called, be it for nothing: a native image shows a part of the methods. */
        private static boolean isOverridden(FiringListener listener, String method, Class<?> parameter) {
            if (System.getProperty(NATIVE_IMAGE) != null) {
                return true;
            }
            try {
                return listener.getClass().getMethod(method, parameter).getDeclaringClass() != FiringListener.class;
            } catch (NoSuchMethodException | LinkageError hidden) {
                return true;
            }
        }
    }

    /** @param listeners of this instance, by name */
    FiringTelling(Map<String, FiringListener> listeners, Outbox outbox) {
        this.listeners = listeners;
        this.hearings = listeners.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, listener -> Hearing.of(listener.getValue())));
        this.outbox = outbox;
    }

    /** Whether a listener of the job hears of a firing before its first shard, as far as this instance has it. */
    boolean isBefore(JobState job) {
        return hearings(job).anyMatch(Hearing::before);
    }

    /** Whether one hears of it after its last shard. */
    boolean isAfter(JobState job) {
        return hearings(job).anyMatch(Hearing::after);
    }

    private Stream<Hearing> hearings(JobState job) {
        return job.usable().wholeFirings().listeners().stream().map(name -> hearings.getOrDefault(name, Hearing.ALL));
    }

    /**
     * @param closed how the firing has ended; null when it is about to begin
     * @param results of its shards
     * @param then on the loop, when all were called
     */
    void tell(
            JobState job,
            FiringRecord.Whole whole,
            FiringRecord.@Nullable Closed closed,
            SortedMap<Integer, String> results,
            Runnable then) {
        FiringListener.Start start = new FiringListener.Start(
                job.name() + "@" + job.life().name() + "/"
                        + whole.seen().firing().text()
                        + (whole.isRerun() ? "/" + whole.firing().text() : ""),
                job.name(),
                whole.seen().firing(),
                whole.seen().fireTime(),
                whole.count());
        FiringListener.End end = closed == null
                ? null
                : new FiringListener.End(start, closed.result(), closed.ends(), results, closed.at());
        new Calls(
                        job.usable().wholeFirings().listeners().iterator(),
                        job.usable().wholeFirings().timeout(),
                        start,
                        end,
                        then)
                .next();
    }

    private final class Calls {

        private final Iterator<String> names;
        private final Duration timeout;
        private final FiringListener.Start start;
        private final FiringListener.@Nullable End end;
        private final Runnable then;

        Calls(
                Iterator<String> names,
                Duration timeout,
                FiringListener.Start start,
                FiringListener.@Nullable End end,
                Runnable then) {
            this.names = names;
            this.timeout = timeout;
            this.start = start;
            this.end = end;
            this.then = then;
        }

        void next() {
            if (!names.hasNext()) {
                then.run();
                return;
            }
            String name = names.next();
            FiringListener listener = listeners.get(name);
            if (listener == null) {
                failed(name, "this instance has no listener of this name");
                next();
                return;
            }
            Call call = new Call(name, listener);
            outbox.add(call.effect);
            outbox.alarm(timeout, call.limit);
        }

        private void failed(String name, String why) {
            outbox.publish(new ElasticJobEvent.FiringListenerFailed(start.job(), start.firing(), name, why));
        }

        private final class Call {

            private final String name;
            private final Effect.Call effect;
            private final CallLimit limit = new CallLimit(this::lasts);

            Call(String name, FiringListener listener) {
                this.name = name;
                FiringListener.End closed = end;
                this.effect = new Effect.Call(
                        "the listener " + name,
                        () -> {
                            if (closed == null) {
                                listener.beforeFiring(start);
                            } else {
                                listener.afterFiring(closed);
                            }
                            return null;
                        },
                        this::ended);
            }

            private void ended(@Nullable Throwable failed) {
                if (limit.end()) {
                    if (failed != null) {
                        failed(name, VisibleText.of(Thrown.tellable(failed).toString(), Outcome.MAX_ERROR_LENGTH));
                    }
                    next();
                }
            }

            private void lasts() {
                outbox.add(new Effect.Interrupt(effect));
                failed(name, "it has taken longer than firingListenerTimeout=" + Durations.format(timeout));
                next();
            }
        }
    }
}
