package io.elasticjob.benchmarks.capacity;

/** Where things lie and how long they are, in characters and bytes, as {@code Layout} and the codecs have it. */
final class Nodes {

    /** What a claim writes, but for the owner: {@code ShardRecordCodec} of a record that has run before. */
    private static final String RUNNING = """
            {"format":1,"state":"RUNNING","firing":"2026-03-01T12:00:00Z","through":"2026-03-01T11:59:00Z",\
            "owner":"","attempt":1,"outcome":"SUCCEEDED","startedAt":"2026-03-01T12:00:00.123456789Z",\
            "lastSucceeded":"2026-03-01T11:59:00Z"}""";

    /** What an end writes, but for owner and token. */
    private static final String DONE = """
            {"format":1,"state":"DONE","firing":"2026-03-01T12:00:00Z","through":"2026-03-01T12:00:00Z",\
            "owner":"","attempt":1,"token":,"outcome":"SUCCEEDED","startedAt":"2026-03-01T12:00:00.123456789Z",\
            "finishedAt":"2026-03-01T12:00:01.123456789Z","lastSucceeded":"2026-03-01T12:00:00Z"}""";

    /** {@code StoredJobCodec} of a job with few settings, without the name of its application. */
    private static final String JOB = """
            {"format":1,"life":"8hor19mr86","application":"","since":"2026-03-01T12:00:00.123456789Z","shards":{"count":2},\
            "declared":{"CODE":{"cron":"0 0/5 * * * ?","zone":"Z","shardingTotalCount":"2",\
            "monitorExecution":"true","failover":"false"}}}""";

    /** {@code InstanceCodec}, without the names of instance, application, host and handlers. */
    private static final String INSTANCE = """
            {"format":1,"name":"","application":"","host":"","pid":12345,"state":"UP",\
            "startedAt":"2026-03-01T12:00:00.123456789Z","version":"1.0.0","labels":{},"strategies":[],"handlers":[]}""";

    /** What makes an id of a name. */
    private static final String SUFFIX = ".8hor19mr86";

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

    /** Of a request for a trigger, which is named by a random UUID and the job. */
    int request() {
        return root() + "/request-".length() + 36 + "@".length() + names.job();
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

    /** Every instance offers all handlers, and names them; its host is named like it. */
    int instanceData() {
        int name = Math.max(1, names.instance() - SUFFIX.length());
        return INSTANCE.length() + 2 * name + names.namespace() + jobs * (names.job() + 3) - 1;
    }

    int jobData() {
        return JOB.length() + names.namespace();
    }

    private static int digits(int number) {
        return String.valueOf(number).length();
    }
}
