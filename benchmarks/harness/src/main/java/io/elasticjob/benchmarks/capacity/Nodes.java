package io.elasticjob.benchmarks.capacity;

/** Where things lie and how long they are, in characters and bytes, as {@code Layout} and the codecs have it. */
final class Nodes {

    /** What a claim writes, but for the owner: {@code ShardRecordCodec} of a record that has run before. */
    private static final String RUNNING = """
            {"format":1,"state":"RUNNING","firing":"2026-03-01T12:00:00Z","through":"2026-03-01T11:59:00Z",\
            "owner":"","attempt":1,"outcome":"SUCCEEDED","startedAt":"2026-03-01T12:00:00.123456Z",\
            "lastSucceeded":"2026-03-01T11:59:00Z"}""";

    /** What an end writes, but for owner and token. */
    private static final String DONE = """
            {"format":1,"state":"DONE","firing":"2026-03-01T12:00:00Z","through":"2026-03-01T12:00:00Z",\
            "owner":"","attempt":1,"token":,"outcome":"SUCCEEDED","startedAt":"2026-03-01T12:00:00.123456Z",\
            "finishedAt":"2026-03-01T12:00:01.123456Z","lastSucceeded":"2026-03-01T12:00:00Z"}""";

    /** {@code InstanceCodec}, without name, application, host and handlers. */
    private static final int INSTANCE = 190;
    /** {@code StoredJobCodec} of a job with the usual settings and no overrides, without names. */
    private static final int JOB = 260;

    private final Cluster.Names names;
    private final int jobs;
    private final int shards;

    Nodes(Cluster cluster) {
        this.names = cluster.names();
        this.jobs = cluster.jobs();
        this.shards = cluster.shards();
    }

    int root() {
        return "/".length() + names.namespace();
    }

    int instances() {
        return root() + "/instances".length();
    }

    int instance() {
        return instances() + "/".length() + names.instance();
    }

    int jobs() {
        return root() + "/jobs".length();
    }

    int job() {
        return jobs() + "/".length() + names.job();
    }

    int trigger() {
        return job() + "/trigger-0000000000".length();
    }

    int shards() {
        return root() + "/shards".length();
    }

    int leader() {
        return root() + "/leader".length();
    }

    /** Of a request for a trigger, which is named by a random UUID. */
    int request() {
        return root() + "/request-".length() + 36;
    }

    /** The folder of a job's records. */
    int records() {
        return shards() + "/".length() + names.job() + "@".length() + names.life();
    }

    int record() {
        return records() + "/".length() + digits(shards - 1);
    }

    int runningData() {
        return RUNNING.length() + names.instance();
    }

    int doneData() {
        return DONE.length() + names.instance() + names.life();
    }

    /** All handlers are named, and every instance offers them all. */
    int instanceData() {
        return INSTANCE + 3 * names.namespace() + jobs * (names.job() + "\"\",".length());
    }

    int jobData() {
        return JOB + names.job() + names.namespace();
    }

    private static int digits(int number) {
        return String.valueOf(number).length();
    }
}
