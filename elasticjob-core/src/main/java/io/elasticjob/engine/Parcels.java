package io.elasticjob.engine;

import io.elasticjob.registry.RequestSize;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Cuts what is to be written into transactions, by number and by bytes. A server that takes less than most do closes the
 * connection over a longer request without a word: after two of them in a row that were sent and not answered, the next are
 * half as long, for a while. Confined to the loop.
 */
final class Parcels {

    /** What a server surely takes, less what travels beside: checks of jobs, folders of records. */
    static final int MOST_BYTES = RequestSize.MOST * 7 / 10;

    /** No server takes less: what is as short as this was not refused because of its length. */
    static final int LEAST_BYTES = 64 * 1024;

    private static final Duration CAUTION = Duration.ofMinutes(10);

    private int bytes = MOST_BYTES;
    private long cautiousSince;

    /** The length of the one that was lost last; 0 when one as long was answered since. */
    private long lost;

    /**
     * In their order, each as full as may be, at least one in each.
     *
     * @param atOnce so many in one transaction at most
     * @param bytesOf how many bytes one of them takes
     * @param nanos the stopwatch now
     */
    <T> List<List<T>> cut(Collection<T> all, int atOnce, ToIntFunction<? super T> bytesOf, long nanos) {
        if (bytes < MOST_BYTES && nanos - cautiousSince > CAUTION.toNanos()) {
            bytes = MOST_BYTES;
        }
        List<List<T>> parcels = new ArrayList<>();
        List<T> parcel = new ArrayList<>();
        long sum = 0;
        for (T one : all) {
            int more = bytesOf.applyAsInt(one);
            if (!parcel.isEmpty() && (parcel.size() == atOnce || sum + more > bytes)) {
                parcels.add(parcel);
                parcel = new ArrayList<>();
                sum = 0;
            }
            parcel.add(one);
            sum += more;
        }
        if (!parcel.isEmpty()) {
            parcels.add(parcel);
        }
        return parcels;
    }

    /** One of this length was sent and not answered. */
    void lost(long length, long nanos) {
        if (length <= LEAST_BYTES) {
            return;
        }
        if (lost > 0) {
            bytes = (int) Math.max(LEAST_BYTES, Math.min(bytes, Math.min(lost, length)) / 2);
            cautiousSince = nanos;
            lost = 0;
        } else {
            lost = length;
        }
    }

    /** One of this length was answered, be it refused. */
    void answered(long length) {
        if (length >= lost) {
            lost = 0;
        }
    }
}
