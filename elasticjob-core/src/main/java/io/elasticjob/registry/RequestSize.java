package io.elasticjob.registry;

import java.util.List;

/**
 * How many bytes a {@link Registry#commit commit} takes on its way. ZooKeeper closes the connection over a request that is
 * longer than its {@code jute.maxbuffer}, and says nothing; so bytes are counted before anything is sent.
 */
public final class RequestSize {

    /** What a server takes at most as it is delivered, 1 MiB - 1, less what the prefix of a connect string may add. */
    public static final int MOST = 1_000_000;

    /** What goes along with path and data of one write: its kind, its lengths, and who may do what with the node. */
    private static final int BESIDE = 64;

    private RequestSize() {}

    public static long of(List<Write> writes) {
        long bytes = BESIDE;
        for (Write write : writes) {
            bytes += of(write);
        }
        return bytes;
    }

    public static int of(Write write) {
        return of(write.path()) + data(write);
    }

    /** Of a write to this path that has no data. */
    public static int of(String path) {
        int bytes = BESIDE;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
        }
        return bytes;
    }

    private static int data(Write write) {
        if (write instanceof Write.Create create) {
            return create.data().length;
        }
        return write instanceof Write.Put put ? put.data().length : 0;
    }
}
