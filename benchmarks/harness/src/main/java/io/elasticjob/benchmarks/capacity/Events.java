package io.elasticjob.benchmarks.capacity;

/** What a cluster asks of ZooKeeper when something happens, beside its steady load. Pure. */
public final class Events {

    /** {@code Roster}: instances in one request. */
    private static final int INSTANCES_AT_ONCE = 20;

    private final Cluster cluster;
    private final Nodes nodes;

    public Events(Cluster cluster) {
        this.cluster = cluster;
        this.nodes = new Nodes(cluster);
    }

    /**
     * An instance starts, and is the last of them; the jobs are there.
     *
     * @return its own traffic, without what the others do about it: see {@link #joinOrLeave}
     */
    public Traffic start() {
        Traffic records = cluster.isMonitored()
                ? reads(gainedByOne(), LoadModel.AT_ONCE, nodes.record(), nodes.doneData()) // ShardTable: what it gains
                : Traffic.NONE;
        return Wire.session()
                .plus(Wire.watch(nodes.instances())) // Lifeline: two trees
                .plus(Wire.watch(nodes.jobs()))
                .plus(Wire.transaction().plus(Wire.create(nodes.instance(), nodes.instanceData()))) // Registration
                .plus(Wire.read(
                        1,
                        nodes.instance(),
                        nodes.instanceData())) // Landmarks: its own node, with the registry's clock
                .plus(Wire.readOne(nodes.shards(), 0)) // and the folder of records, watched
                .plus(roster(cluster.instances()))
                .plus(Wire.read(1, nodes.jobs(), 0)) // JobTable: the folder, its children, and all jobs
                .plus(Wire.children(
                        nodes.jobs(), cluster.jobs(), cluster.names().job()))
                .plus(reads(cluster.jobs(), LoadModel.AT_ONCE, nodes.job(), nodes.jobData()))
                .plus(Wire.readOne(nodes.leader(), cluster.names().instance())) // Leadership: who leads
                .plus(records);
    }

    /** The very first instance writes all jobs, two hundred at a time; each instance that is there is told, and reads them. */
    public Traffic declareAll() {
        double transactions = Math.ceil((double) cluster.jobs() / LoadModel.AT_ONCE);
        return Wire.transaction()
                .plus(Wire.check(nodes.instance()))
                .times(transactions)
                .plus(Wire.create(nodes.job(), nodes.jobData()).times(cluster.jobs()))
                .plus(Wire.event(nodes.job())
                        .times(cluster.jobs())
                        .plus(reads(cluster.jobs(), LoadModel.AT_ONCE, nodes.job(), nodes.jobData()))
                        .times(cluster.instances()));
    }

    /** What the others do when one comes, or goes: each lists all, and reads the new one. */
    public Traffic joinOrLeave(boolean joins) {
        Traffic one = Wire.event(nodes.instance())
                .plus(Wire.children(
                        nodes.instances(), cluster.instances(), cluster.names().instance()));
        Traffic seen = joins ? one.plus(Wire.read(1, nodes.instance(), nodes.instanceData())) : one;
        return seen.times(cluster.instances() - 1.0);
    }

    /**
     * One leaves in good order: it shows that it takes nothing new, and is gone then.
     *
     * @param works whether it has something to finish; if not, the others have gathered both when they look
     */
    public Traffic leave(boolean works) {
        return Wire.transaction()
                .plus(Wire.put(nodes.instance(), nodes.instanceData())) // Registration: it drains
                .plus(works ? joinOrLeave(true) : Traffic.NONE)
                .plus(Wire.session())
                .plus(joinOrLeave(false));
    }

    /**
     * All instances start in the same moment: each reads all of them, be it as it starts or when it hears of them, and lists
     * them once more.
     */
    public Traffic massRestart() {
        return start().plus(Wire.event(nodes.instance()).times(cluster.instances()))
                .plus(Wire.children(
                        nodes.instances(), cluster.instances(), cluster.names().instance()))
                .times(cluster.instances())
                .plus(takeTheLead());
    }

    /** All instances start one after another, so that those that are there list and read each by itself. */
    public Traffic restartOneByOne() {
        Traffic all = takeTheLead();
        for (int there = 1; there <= cluster.instances(); there++) {
            Events events = new Events(cluster.instances(there));
            all = all.plus(events.start()).plus(events.joinOrLeave(true));
        }
        return all;
    }

    /**
     * An instance dies: its session ends, the others list, read the records of the shards that are theirs now, ask whether
     * it is dead, and claim what it was running.
     */
    public Traffic death() {
        double lost = gainedByOne();
        double others = Math.max(1, cluster.instances() - 1.0);
        double takers = Math.min(others, lost);
        Traffic records = Wire.read(lost, nodes.record(), nodes.runningData())
                .plus(Wire.read(0, 0, 0).times(takers - 1))
                .plus(Wire.read(1, nodes.instance(), 0).times(takers)); // RecordTraffic: is the owner there?
        Traffic claims = Wire.transaction()
                .plus(Wire.check(nodes.instance()))
                .times(takers)
                .plus(Wire.put(nodes.record(), nodes.runningData()).times(lost));
        return Wire.session()
                .plus(joinOrLeave(false))
                .plus(cluster.isMonitored() && lost > 0 ? records.plus(claims) : Traffic.NONE);
    }

    /** What comes to that when it was the leader: all others try to take the latch, and look who has it. */
    public Traffic leaderDeath() {
        return Wire.event(nodes.leader())
                .plus(Wire.readOne(nodes.leader(), cluster.names().instance()))
                .plus(takeTheLead())
                .times(cluster.instances() - 1.0);
    }

    /** Leadership: takes the latch, and looks who has it. */
    private Traffic takeTheLead() {
        return Wire.transaction()
                .plus(Wire.check(nodes.instance()))
                .plus(Wire.create(nodes.leader(), cluster.names().instance()))
                .plus(Wire.readOne(nodes.leader(), cluster.names().instance()));
    }

    /**
     * One job is triggered by hand, and done: it is asked for, claimed, ended and deleted. All others list and read it, and
     * list once more when it is gone; where several have run it, whoever ends last reads all records before it is deleted.
     */
    public Traffic runNow() {
        Cluster one = new Cluster(
                1,
                cluster.shards(),
                cluster.instances(),
                1,
                1,
                true,
                cluster.spread(),
                cluster.handlers(),
                cluster.slots(),
                cluster.sessionSeconds(),
                cluster.names());
        Traffic firing = new LoadModel(one).firing();
        double takers = Math.min(cluster.instances(), cluster.shards());
        int trigger = 200; // TriggerCodec: shards, parameter, who and why
        Traffic asked = Wire.transaction() // TriggerRequests
                .plus(Wire.check(nodes.instance()))
                .plus(Wire.check(nodes.job()))
                .plus(Wire.check(nodes.records()))
                .plus(Wire.create(nodes.request(), cluster.names().instance()))
                .plus(Wire.put(nodes.request(), cluster.names().instance()))
                .plus(Wire.create(nodes.trigger(), trigger));
        Traffic listed = Wire.event(nodes.trigger()).plus(Wire.children(nodes.job(), 1, 18)); // TriggerTable
        Traffic others = listed.plus(Wire.read(1, nodes.trigger(), trigger)).plus(listed);
        Traffic found = takers > 1 // Finished
                ? Wire.sync().plus(Wire.read(cluster.shards(), nodes.record(), nodes.doneData()))
                : Traffic.NONE;
        Traffic deleted = Wire.transaction()
                .plus(Wire.check(nodes.instance()))
                .plus(Wire.check(nodes.record()).times(takers > 1 ? 0 : cluster.shards()))
                .plus(Wire.delete(nodes.request()))
                .plus(Wire.delete(nodes.trigger()));
        return asked.plus(firing)
                .plus(Wire.check(nodes.trigger()).times(takers)) // Batch: the trigger of a claim
                .plus(others.times(cluster.instances() - 1.0))
                .plus(found.times(takers))
                .plus(deleted);
    }

    // ---- Parts ----------------------------------------------------------------------------------------------------

    /** Lists and reads so many instances. */
    private Traffic roster(int instances) {
        return Wire.children(nodes.instances(), instances, cluster.names().instance())
                .plus(reads(instances, INSTANCES_AT_ONCE, nodes.instance(), nodes.instanceData()));
    }

    private static Traffic reads(double count, int atOnce, int path, int data) {
        double requests = Math.ceil(count / atOnce);
        return requests == 0
                ? Traffic.NONE
                : Wire.read(count, path, data).plus(Wire.read(0, 0, 0).times(requests - 1));
    }

    /** The shards of all jobs that one instance has. */
    private double gainedByOne() {
        return Math.ceil((double) cluster.jobs() * cluster.shards() / cluster.instances());
    }
}
