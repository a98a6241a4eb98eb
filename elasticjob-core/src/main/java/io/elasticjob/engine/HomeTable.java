package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.HomesCodec;
import io.elasticjob.coordination.Homes;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Read;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Where the shards of jobs with static sharding are at home. Where there is no such job, nothing is read or watched. Confined
 * to the loop.
 */
final class HomeTable {

    private static final int AT_ONCE = 50;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final String CONSEQUENCE = "no shard of the job is at home anywhere, and sticky assigns them";

    private final Layout layout;
    private final Presence presence;
    private final Registration registration;
    private final Outbox outbox;
    private final Consumer<JobState> read;
    private final Inquiry inquiry;

    private boolean watched;
    private final Set<JobState> wanted = new LinkedHashSet<>();
    private final Set<JobState> toRead = new LinkedHashSet<>();

    /** @param read told when the homes of a job are known, be it as before */
    HomeTable(Layout layout, Presence presence, Outbox outbox, Consumer<JobState> read) {
        this.layout = layout;
        this.presence = presence;
        this.registration = presence.registration();
        this.outbox = outbox;
        this.read = read;
        this.inquiry = new Inquiry(outbox, AT_ONCE, AT_ONCE, CONSEQUENCE);
    }

    /** Whether some job has ever asked for it. */
    boolean isUsed() {
        return watched;
    }

    /** The homes of this job are to be known. */
    void want(JobState job) {
        if (!watched) {
            watched = true;
            presence.watch(layout.homes());
        }
        if (wanted.add(job)) {
            toRead.add(job);
        }
    }

    /** Connected again: what changed while the connection was away rang nothing. */
    void reconnected() {
        wanted.removeIf(JobState::isRemoved);
        toRead.addAll(wanted);
    }

    /** A watch rang. */
    void changed(String path) {
        if (watched) {
            layout.homesAt(path)
                    .ifPresent(life -> wanted.stream()
                            .filter(job -> job.name().equals(life.job())
                                    && job.life().name().equals(life.life()))
                            .forEach(toRead::add));
        }
    }

    /** Reads what changed; once, at the end of a turn. */
    void flush() {
        registration.usable().filter(over -> !toRead.isEmpty()).ifPresent(over -> {
            List<JobState> jobs =
                    toRead.stream().filter(job -> !job.isRemoved()).toList();
            toRead.clear();
            read(over, jobs);
        });
    }

    private void read(Connection over, List<JobState> jobs) {
        List<String> paths = jobs.stream().map(this::path).toList();
        inquiry.ask(over, paths, new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return registration.isUsable(over);
            }

            @Override
            public boolean read(int at, Read answer) {
                known(jobs.get(at), homes(paths.get(at), answer), answer);
                return true;
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                outbox.alarm(pause, () -> toRead.add(jobs.get(at)));
                unknown(jobs.get(at));
                return true;
            }

            @Override
            public void complete() {
                // each was told
            }

            @Override
            public void unanswered(int from, Throwable why) {
                outbox.alarm(RETRY, () -> toRead.addAll(jobs.subList(from, jobs.size())));
            }
        });
    }

    private String path(JobState job) {
        return layout.homes(new Layout.JobLife(job.name(), job.life().name()));
    }

    /**
     * What was known counts until they can be read. Without it the job is assigned as by sticky, unless nothing but the
     * assignment keeps its shards apart: other instances may be able to read them.
     */
    private void unknown(JobState job) {
        JobDefinition definition = job.definition();
        if (job.homes() == null && definition != null && definition.monitorExecution()) {
            job.homes(Homes.NONE, JobState.UNREADABLE_HOMES);
            read.accept(job);
        }
    }

    private void known(JobState job, Homes homes, Read answer) {
        job.homes(homes, answer instanceof Read.Present present ? present.stat().version() : JobState.NO_HOMES);
        read.accept(job);
    }

    private Homes homes(String path, Read answer) {
        if (!(answer instanceof Read.Present present)) {
            return Homes.NONE;
        }
        Decoded<Homes> decoded = HomesCodec.decode(present.data());
        if (decoded instanceof Decoded.Value<Homes> value) {
            return value.value();
        }
        outbox.publish(new ElasticJobEvent.ValueUnreadable(path, decoded.reason(), CONSEQUENCE));
        return Homes.NONE;
    }
}
