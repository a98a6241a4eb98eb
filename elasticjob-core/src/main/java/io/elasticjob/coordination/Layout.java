package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Where things lie in the registry.
 *
 * <pre>
 * /{namespace}
 *   instances/{instanceId}                     ephemeral: a live instance
 *   jobs/{job}                                 a job: declared configuration, overrides, since
 *   jobs/{job}/trigger-{number}                a firing by hand that is not done yet
 *   shards/{job}@{life}/{item}                 a shard's record; a new life of a job begins with new records
 *   offers/{job}@{life}@{item}                 ephemeral: the shard is due, and its instance has had no slot for it for long
 *   homes/{job}@{life}                         with which instances the shards of a job are at home
 *   limits/{name}                              how many shards of all jobs that name it run at a time
 *   limits/{job}@{life}                        the same of one job alone
 *   limits/{limit}/{job}@{life}@{item}   a claim that is counted in the limit
 *   limits/{limit}/wait@…                      ephemeral: the shard waits until the limit has room
 *   firings/{job}@{life}                       of a job that asks for it: the firing that is open, or was last
 *   plans/{job}@{life}@{plan}@{portion}        the parts into which the planner of a job has split the firing that is open
 *   joins/{job}@{life}                         of a job that joins others: which of their firings have come, and which joins are done
 *   clock-{id}                                ephemeral: written for the sake of its stamp, by an instance with nothing else to write
 *   request-{id}@{job}                         ephemeral: the one who asked for a trigger may not know its number yet
 *   cancels/{job}@{life}-{number}              a firing that is to end, until it has; the folder is there from the first one on
 *   planned/{job}@{life}@{id}                  firings by hand that are to come; the folder is there from the first one on
 *   planned/{job}@{life}@{id}/{mark}           empty; drawn for each, since another one of the same id begins with the same version
 *   leader                                     ephemeral: id of the one instance that does what needs exactly one doer
 * </pre>
 *
 * <p>A job's life is drawn at random when the job is created, and kept in its node. What is written of a job lies under its
 * life, or is written together with a check of the folder of that life's records: so nothing that is meant for a job hits
 * another one that was made under its name, though its node may have the same version, and in data that was laid again the
 * same transaction id.
 *
 * @param namespace a valid name, see {@link JobDefinition#checkedName}
 */
public record Layout(String namespace) {

    private static final String TRIGGER = "trigger-";
    private static final Pattern TRIGGER_NAME = Pattern.compile(TRIGGER + "\\d{10}");
    private static final Pattern SHARD = Pattern.compile("\\d{1,5}");
    private static final Pattern LIFE = Pattern.compile("[A-Za-z0-9.-]{1," + StoredJob.MAX_LIFE_LENGTH + "}");

    public Layout {
        JobDefinition.checkedName("elasticjob.namespace", namespace);
    }

    /**
     * What has to be there before anything else, parents first. The instances' folder comes last: once an instance could
     * register, the others are there, wherever the laying was interrupted.
     */
    public List<String> roots() {
        return List.of(root(), jobs(), shards(), instances());
    }

    public String root() {
        return "/" + namespace;
    }

    public String instances() {
        return root() + "/instances";
    }

    public String instance(String id) {
        return instances() + "/" + id;
    }

    public String jobs() {
        return root() + "/jobs";
    }

    public String job(String name) {
        return jobs() + "/" + name;
    }

    public String shards() {
        return root() + "/shards";
    }

    /** Where starved shards are offered. Not there before the first one is. */
    public String offers() {
        return root() + "/offers";
    }

    public String offer(JobLife of, int shard) {
        return offers() + "/" + new ShardOf(of, shard).name();
    }

    /** A shard of one life of a job. */
    public record ShardOf(JobLife of, int shard) {

        /** As part of the names of nodes. */
        public String name() {
            return of.job() + "@" + of.life() + "@" + shard;
        }
    }

    /** The shard that is offered by a node of this name, or counted; empty when this version would not have named it so. */
    public static Optional<ShardOf> offeredBy(String name) {
        int at = name.lastIndexOf('@');
        String shard = name.substring(at + 1);
        return at > 0 && SHARD.matcher(shard).matches()
                ? lifeNamed(name.substring(0, at)).map(of -> new ShardOf(of, Integer.parseInt(shard)))
                : Optional.empty();
    }

    /** Where the firings of jobs as wholes are recorded. Not there before the first one is. */
    public String firings() {
        return root() + "/firings";
    }

    /** The record of the firings of one life of a job. */
    public String firings(String job, String life) {
        return firings() + "/" + job + "@" + life;
    }

    /** The job whose record of firings a path is the node of. */
    public Optional<JobLife> firingsAt(String path) {
        return childOf(firings(), path).flatMap(Layout::lifeNamed);
    }

    /** Where the parts of planned firings are. Not there before the first one is planned. */
    public String plans() {
        return root() + "/plans";
    }

    /** A portion of the parts of a planned firing. */
    public String plan(JobLife of, FiringRecord.Plan plan, int portion) {
        return plans() + "/" + of.job() + "@" + of.life() + "@" + plan.id() + "@" + portion;
    }

    /** All portions of a plan, in their order. */
    public List<String> portions(JobLife of, FiringRecord.Plan plan) {
        return IntStream.range(0, plan.portions())
                .mapToObj(portion -> plan(of, plan, portion))
                .toList();
    }

    /** The plan that a node of this name is a portion of, as far as it is known by it. */
    public record PlanOf(JobLife of, String plan) {}

    /** Empty when this version would not have named it so. */
    public static Optional<PlanOf> planNamed(String name) {
        int last = name.lastIndexOf('@');
        int first = name.indexOf('@');
        int second = name.indexOf('@', first + 1);
        return first > 0 && second > first && last > second + 1
                ? lifeNamed(name.substring(0, second)).map(of -> new PlanOf(of, name.substring(second + 1, last)))
                : Optional.empty();
    }

    /** Where joins are recorded. Not there before the first one is. */
    public String joins() {
        return root() + "/joins";
    }

    /** The record of the joins of one life of a job. */
    public String joins(JobLife of) {
        return joins() + "/" + of.job() + "@" + of.life();
    }

    /** The job whose joins a path is the record of. */
    public Optional<JobLife> joinsAt(String path) {
        return childOf(joins(), path).flatMap(Layout::lifeNamed);
    }

    /** Whether a path is the folder of the offers, or one of them. */
    public boolean isOfOffers(String path) {
        return path.equals(offers()) || childOf(offers(), path).isPresent();
    }

    /** Where shards are at home. Not there before the first is. */
    public String homes() {
        return root() + "/homes";
    }

    public String homes(JobLife of) {
        return homes() + "/" + of.job() + "@" + of.life();
    }

    /** The job whose homes a path is the node of. */
    public Optional<JobLife> homesAt(String path) {
        return childOf(homes(), path).flatMap(Layout::lifeNamed);
    }

    /** Where claims are counted. Not there before the first limit is. */
    public String limits() {
        return root() + "/limits";
    }

    /** @param limit name of its node */
    public String limit(String limit) {
        return limits() + "/" + limit;
    }

    /** Name of the node of a job's own limit. No name that somebody gives a limit has such a form. */
    public static String ownLimit(JobLife of) {
        return of.job() + "@" + of.life();
    }

    public String permit(String limit, ShardOf shard) {
        return limit(limit) + "/" + shard.name();
    }

    /** A node below a limit's. */
    public record OfLimit(String limit, String name) {}

    /** The limit that a path is the node of, or of a node below it, whose name is "" for the limit itself. */
    public Optional<OfLimit> ofLimit(String path) {
        if (!path.startsWith(limits() + "/")) {
            return Optional.empty();
        }
        String below = path.substring(limits().length() + 1);
        int slash = below.indexOf('/');
        return Optional.of(
                slash < 0
                        ? new OfLimit(below, "")
                        : new OfLimit(below.substring(0, slash), below.substring(slash + 1)));
    }

    public String leader() {
        return root() + "/leader";
    }

    /**
     * The folder of a job's records. It is created together with the job, in version 0; whoever removes the job writes it.
     *
     * @param life of the job
     */
    public String records(String job, String life) {
        return shards() + "/" + job + "@" + life;
    }

    public String record(String job, String life, int shard) {
        return records(job, life) + "/" + shard;
    }

    /**
     * One life of a job.
     *
     * @param life as {@link StoredJob#lifeUnder} has it
     */
    public record JobLife(String job, String life) {}

    /** Whose records a folder holds, by its name; empty when this version would not have named it so. */
    public static Optional<JobLife> lifeNamed(String folder) {
        int at = folder.lastIndexOf('@');
        String life = folder.substring(at + 1);
        return at > 0 && folder.indexOf('@') == at && LIFE.matcher(life).matches()
                ? Optional.of(new JobLife(folder.substring(0, at), life))
                : Optional.empty();
    }

    /** The instance that a path is the node of. */
    public Optional<String> instanceAt(String path) {
        return childOf(instances(), path);
    }

    /** The job that a path is the node of; empty for nodes below a job's. */
    public Optional<String> jobAt(String path) {
        return childOf(jobs(), path);
    }

    /** What the names of a job's triggers begin with; the registry appends the number, in ten digits. */
    public String triggers(String job) {
        return job(job) + "/" + TRIGGER;
    }

    public String trigger(String job, long number) {
        return triggers(job) + tenDigits(number);
    }

    /** As the registry writes numbers that it appends. */
    private static String tenDigits(long number) {
        String digits = Long.toString(number);
        return digits.length() >= 10 || number < 0 ? digits : "0".repeat(10 - digits.length()) + digits;
    }

    /** The number of a trigger by the name of its node; empty when it is no trigger's. */
    public static Optional<Long> triggerNumber(String name) {
        return TRIGGER_NAME.matcher(name).matches()
                ? Optional.of(Long.parseLong(name.substring(TRIGGER.length())))
                : Optional.empty();
    }

    /** A trigger of a job, by its number. */
    public record TriggerOf(String job, long number) {}

    /** The trigger that a path is the node of. */
    public Optional<TriggerOf> triggerAt(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0
                ? Optional.empty()
                : triggerNumber(path.substring(slash + 1))
                        .flatMap(number -> jobAt(path.substring(0, slash)).map(job -> new TriggerOf(job, number)));
    }

    /**
     * There while the one who made a request may not know yet what became of it; until then its trigger is not deleted. The
     * same id for another job is another request.
     */
    public String request(String job, String id) {
        return root() + "/request-" + id + "@" + job;
    }

    /** What an instance writes for the sake of its stamp; nobody watches it. */
    public String clock(String id) {
        return root() + "/clock-" + id;
    }

    public String cancels() {
        return root() + "/cancels";
    }

    /** What the names of a job's cancels begin with; the registry appends the number, in ten digits. */
    public String cancels(String job, String life) {
        return cancels() + "/" + job + "@" + life + "-";
    }

    public String cancel(String name) {
        return cancels() + "/" + name;
    }

    /** Whether a path is that of a cancel. */
    public boolean isCancel(String path) {
        return childOf(cancels(), path).isPresent();
    }

    public String planned() {
        return root() + "/planned";
    }

    /** Firings by hand that are to come, by the id of the request for them. */
    public String planned(String job, String life, String id) {
        return planned() + "/" + job + "@" + life + "@" + id;
    }

    public String planned(String name) {
        return planned() + "/" + name;
    }

    /** What is there as long as the very firings that were asked for with it are. */
    public String plannedMark(String name, String mark) {
        return planned(name) + "/" + mark;
    }

    /** Whether a path is that of firings that are to come. */
    public boolean isPlanned(String path) {
        return childOf(planned(), path).isPresent();
    }

    /** Whose firings are to come, by the name of their node; empty when this version would not have named it so. */
    public static Optional<JobLife> lifeOfPlanned(String name) {
        int at = name.lastIndexOf('@');
        return at > 0 && at < name.length() - 1 ? lifeNamed(name.substring(0, at)) : Optional.empty();
    }

    /** Whose firing a cancel is to end, by the name of its node; empty when this version would not have named it so. */
    public static Optional<JobLife> lifeOfCancel(String name) {
        int dash = name.lastIndexOf('-');
        return dash > 0 && name.length() - dash == 11 ? lifeNamed(name.substring(0, dash)) : Optional.empty();
    }

    private static Optional<String> childOf(String parent, String path) {
        if (!path.startsWith(parent + "/")) {
            return Optional.empty();
        }
        String name = path.substring(parent.length() + 1);
        return name.isEmpty() || name.indexOf('/') >= 0 ? Optional.empty() : Optional.of(name);
    }
}
