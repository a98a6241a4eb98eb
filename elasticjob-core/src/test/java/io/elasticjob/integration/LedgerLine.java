package io.elasticjob.integration;

import io.elasticjob.ElasticJobEvent.FiringsSuperseded;
import io.elasticjob.ShardingContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * One thing that a {@link Worker} did, written {@code job,firing,shard,number,token,instance,what,time}.
 *
 * @param number of the attempt; of firings that {@code firing} superseded
 * @param token 0 when nothing was begun
 * @param time by the clock that all processes of one machine share
 */
record LedgerLine(
        String job, Instant firing, int shard, long number, long token, String instance, What what, Instant time) {

    enum What {
        START,
        END,
        SUPERSEDED
    }

    static LedgerLine start(ShardingContext context, String instance, Instant now) {
        return of(context, instance, What.START, now);
    }

    static LedgerLine end(ShardingContext context, String instance, Instant now) {
        return of(context, instance, What.END, now);
    }

    static LedgerLine superseded(FiringsSuperseded event, String instance, Instant now) {
        return new LedgerLine(event.job(), event.by(), event.shard(), event.count(), 0, instance, What.SUPERSEDED, now);
    }

    private static LedgerLine of(ShardingContext context, String instance, What what, Instant now) {
        return new LedgerLine(
                context.jobName(),
                context.fireTime(),
                context.shardingItem(),
                context.attempt(),
                context.fencingToken(),
                instance,
                what,
                now);
    }

    /** All whole lines of a file; none when there is no file yet. */
    static List<LedgerLine> of(Path file) {
        try {
            if (!Files.exists(file)) {
                return List.of();
            }
            String text = Files.readString(file);
            return text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .map(LedgerLine::parse)
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(file + " can not be read", e);
        }
    }

    private static LedgerLine parse(String line) {
        String[] fields = line.split(",");
        return new LedgerLine(
                fields[0],
                Instant.parse(fields[1]),
                Integer.parseInt(fields[2]),
                Long.parseLong(fields[3]),
                Long.parseLong(fields[4]),
                fields[5],
                What.valueOf(fields[6]),
                Instant.parse(fields[7]));
    }

    @Override
    public String toString() {
        return String.join(
                ",",
                job,
                firing.toString(),
                String.valueOf(shard),
                String.valueOf(number),
                String.valueOf(token),
                instance,
                what.name(),
                time.toString());
    }
}
