package io.elasticjob.benchmarks.capacity;

/**
 * What is sent to ZooKeeper and written there, of one event or in one second.
 *
 * @param requests transactions, reads and the like, without pings
 * @param transactions of those, that write
 * @param puts records and other nodes that are written, created or deleted
 * @param checks that travel with them, and only compare a version
 * @param reads nodes that are read
 * @param bytesIn from instances to servers, pings among them
 * @param bytesOut from servers to instances
 * @param logged by each server to its transaction log
 */
public record Traffic(
        double requests,
        double transactions,
        double puts,
        double checks,
        double reads,
        double bytesIn,
        double bytesOut,
        double logged) {

    public static final Traffic NONE = new Traffic(0, 0, 0, 0, 0, 0, 0, 0);

    public Traffic plus(Traffic other) {
        return new Traffic(
                requests + other.requests,
                transactions + other.transactions,
                puts + other.puts,
                checks + other.checks,
                reads + other.reads,
                bytesIn + other.bytesIn,
                bytesOut + other.bytesOut,
                logged + other.logged);
    }

    public Traffic times(double factor) {
        return new Traffic(
                requests * factor,
                transactions * factor,
                puts * factor,
                checks * factor,
                reads * factor,
                bytesIn * factor,
                bytesOut * factor,
                logged * factor);
    }

    /** Bytes that the leading server of an ensemble sends to so many others: each transaction, and that it counts. */
    public double bytesToFollowers(int followers) {
        return followers * (logged + transactions * (2 * Wire.PACKET - Wire.LOG_ENTRY));
    }
}
