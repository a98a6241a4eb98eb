package io.elasticjob.testing.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * One thing that a process did or heard of, written {@code job,firing,shard,number,token,instance,what,time}.
 *
 * @param number of the attempt; of firings that {@code firing} superseded
 * @param token 0 when nothing was begun
 * @param time by the clock that all processes of one machine share
 */
public record LedgerLine(
        String job, Instant firing, int shard, long number, long token, String instance, What what, Instant time) {

    public enum What {
        START,
        /** It came to its end, whether or not that could be recorded. */
        END,
        /** It was interrupted, and has ended. */
        CANCELLED,
        /** Older firings were not run, because this one came due. */
        SUPERSEDED,
        /** Whoever ran it has died, and nobody runs it again. */
        LOST
    }

    /** All whole lines of a file; none when there is no file yet. */
    public static List<LedgerLine> of(Path file) {
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
            throw new AssertionError(file + " cannot be read", e);
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
