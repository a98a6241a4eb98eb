package io.elasticjob.benchmarks.capacity;

import io.elasticjob.benchmarks.capacity.Cluster.Handlers;

/**
 * How much a cluster asks of ZooKeeper while nothing but firings happens: no instance comes or goes, nothing fails, and all
 * executions begin and end within the period. Pure: the same cluster has the same load.
 */
public final class LoadModel {

    /** {@code RecordTraffic}, {@code OverdueSweep}, {@code JobTable}: records or jobs in one request. */
    static final int AT_ONCE = 200;
    /** {@code Leadership}: the leader's round. */
    static final double ROUND_SECONDS = 10;
    /** ZooKeeper's client is heard at least three times in a session timeout. */
    private static final double PINGS_IN_A_SESSION = 3;
    /** {@code /}, which is counted twice, {@code /zookeeper}, and its {@code config} and {@code quota}. */
    private static final int NODES_OF_ZOOKEEPER = 5;
    /** {@code Layout}: the namespace, {@code jobs}, {@code shards}, {@code instances}; and {@code leader}. */
    private static final int ROOTS = 4;

    private static final int LEADER = 1;
    /**
     * {@code RecordTraffic}: while two transactions with ends of executions are being written, others wait, and travel together.
     * So many an instance writes in a second at most, if a write takes two milliseconds, as is assumed.
     */
    static final double ENDS_A_SECOND = 1_000;
    /** {@code Lifeline}: the trees of instances and of jobs. {@code Landmarks}: the folder of records. {@code Leadership}: the latch. */
    private static final int WATCHES = 4;
    /**
     * In the heap of a server with compressed pointers: a node, its stat, two strings, two arrays, and its places in the map
     * of all nodes and in the set of its parent's children.
     */
    private static final int HEAP_OF_A_NODE = 310;

    private final Cluster cluster;
    private final Nodes nodes;

    public LoadModel(Cluster cluster) {
        this.cluster = cluster;
        this.nodes = new Nodes(cluster);
    }

    // ---- Who has how much -----------------------------------------------------------------------------------------

    /** Shards of one job that one of the first instances has, and how many such instances there are. */
    private record Portion(int instances, double shards) {}

    private Portion more() {
        int rest = cluster.shards() % cluster.instances();
        return new Portion(rest, cluster.shards() / cluster.instances() + 1.0);
    }

    private Portion fewer() {
        int rest = cluster.shards() % cluster.instances();
        return new Portion(cluster.instances() - rest, cluster.shards() / cluster.instances());
    }

    /** Shards that come due at the same instant on the instance that has most of them. */
    public double mostAtOnce() {
        if (cluster.spread()) {
            return Math.ceil((double) cluster.together() * cluster.shards() / cluster.instances());
        }
        return cluster.together() * (more().instances() > 0 ? more().shards() : fewer().shards());
    }

    /** Executions a second on the instance that has most of them. */
    public double mostExecutions() {
        return mostAtOnce() * instants() / cluster.periodSeconds();
    }

    /** Executions a second of all instances. */
    public double executions() {
        return (double) cluster.jobs() * cluster.shards() / cluster.periodSeconds();
    }

    /** How often in a period something fires. */
    private double instants() {
        return (double) cluster.jobs() / cluster.together();
    }

    // ---- Firings --------------------------------------------------------------------------------------------------

    /** All instances' traffic for all that fires at one instant; nothing without monitoring. */
    public Traffic firing() {
        if (!cluster.isMonitored()) {
            return Traffic.NONE;
        }
        if (cluster.spread()) {
            double due = (double) cluster.together() * cluster.shards();
            double active = Math.min(cluster.instances(), due);
            return firing(due / active, Math.min(cluster.together(), due / active))
                    .times(active);
        }
        return firing(more()).plus(firing(fewer()));
    }

    private Traffic firing(Portion portion) {
        return portion.shards() == 0 || portion.instances() == 0
                ? Traffic.NONE
                : firing(cluster.together() * portion.shards(), cluster.together())
                        .times(portion.instances());
    }

    /**
     * One instance's. Its claims are sent ahead of the fire time, as many as it has slots, or all where handlers are so brief
     * that slots are soon free; the others are claimed in transactions that record the ends which gave them their slots.
     *
     * @param due its shards that are due
     * @param jobs that they belong to
     */
    private Traffic firing(double due, double jobs) {
        double first = cluster.handlers() == Handlers.BRIEF ? due : Math.min(due, cluster.slots());
        double begins = Math.ceil(first / AT_ONCE);
        double ends = Math.max(turnsOfEnds(due), Math.ceil((2 * due - first) / AT_ONCE));
        double pairs = begins * Math.min(jobs, first / begins); // of a job and a transaction with claims of it
        if (due > first) {
            // Backlog: each job's first shard before any job's second, so that jobs meet few of their own.
            double carriers = Math.min(due - first, Math.max(1, ends - turnsOfEnds(Math.min(due, cluster.slots()))));
            pairs += carriers * Math.min(jobs, (due - first) / carriers);
        }
        Traffic put = Wire.put(nodes.record(), 0);
        return Wire.transaction()
                .plus(Wire.check(nodes.instance())) // Batch: the writer's own instance
                .times(begins + ends)
                .plus(Wire.check(nodes.job()).plus(Wire.check(nodes.records())).times(pairs)) // Batch: for claims only
                .plus(put.times(2 * due)) // ShardTable: a claim and a completion
                .plus(data(due * (nodes.runningData() + nodes.doneData())));
    }

    /** Of what is written in puts that are counted already. */
    private static Traffic data(double bytes) {
        return new Traffic(0, 0, 0, 0, 0, bytes, 0, bytes);
    }

    /** Turns of the loop in which executions end. */
    private double turnsOfEnds(double due) {
        if (cluster.handlers() == Handlers.VARIED) {
            return Math.min(due, Math.max(1, ENDS_A_SECOND * cluster.periodSeconds() / instants()));
        }
        return Math.min(due, Math.max(2, Math.ceil(due / AT_ONCE) + 1));
    }

    // ---- A second -------------------------------------------------------------------------------------------------

    /** Everything in a second, on average. */
    public Traffic steady() {
        return asked().plus(Wire.ping().times(pings()));
    }

    /** Everything but signs of life in a second, on average. */
    public Traffic asked() {
        return firing().times(instants() / cluster.periodSeconds()).plus(sweep().times(roundsWithQuestions()));
    }

    /**
     * The leader's look at records in one round: at those whose latest firing was not seen decided before, so that jobs that
     * fire seldom are read about once for each firing.
     */
    public Traffic sweep() {
        if (!cluster.isMonitored()) {
            return Traffic.NONE;
        }
        double records = Math.min(
                (double) cluster.jobs() * cluster.shards(), executions() / roundsWithQuestions()); // of a round
        Traffic one = Wire.read(0, 0, 0);
        return Wire.read(records, nodes.record(), (nodes.runningData() + nodes.doneData()) / 2)
                .plus(one.times(Math.ceil(records / AT_ONCE) - 1));
    }

    /** In a second; where firings are rarer than rounds, only some have anything to look at. */
    private double roundsWithQuestions() {
        return Math.min(1 / ROUND_SECONDS, instants() / cluster.periodSeconds());
    }

    /** Signs of life in a second, of instances that have nothing to ask for so long. */
    public double pings() {
        double pause = cluster.sessionSeconds() / PINGS_IN_A_SESSION;
        double between = cluster.periodSeconds() / instants();
        double active = cluster.isMonitored() ? activeInstances() : 0;
        double ofActive = between > pause ? Math.floor(between / pause) / between : 0;
        return active * ofActive + (cluster.instances() - active) / pause;
    }

    private double activeInstances() {
        return Math.min(
                cluster.instances(),
                cluster.spread() ? (double) cluster.together() * cluster.shards() : cluster.shards());
    }

    // ---- What is there --------------------------------------------------------------------------------------------

    /** As {@code zk_znode_count} has it. Without monitoring a job has no records, unless it is triggered by hand. */
    public long znodes() {
        long ofJobs = cluster.isMonitored() ? cluster.jobs() * (2L + cluster.shards()) : cluster.jobs();
        return NODES_OF_ZOOKEEPER + ROOTS + LEADER + cluster.instances() + ofJobs;
    }

    /** As {@code zk_watch_count} has it, of all servers together. */
    public long watches() {
        return (long) WATCHES * cluster.instances();
    }

    /** Bytes of paths and data. */
    public double dataBytes() {
        double perJob = nodes.job() + nodes.jobData();
        double records = nodes.records() + cluster.shards() * (double) (nodes.record() + nodes.doneData());
        double perInstance = nodes.instance() + nodes.instanceData();
        return cluster.jobs() * (perJob + (cluster.isMonitored() ? records : 0)) + cluster.instances() * perInstance;
    }

    /** Bytes in the heap of each server, estimated: what is stored, in nodes and in the objects that hold them. */
    public double heapBytes() {
        return dataBytes() + (double) HEAP_OF_A_NODE * znodes();
    }
}
