package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where things lie in the registry.
 *
 * <pre>
 * /{namespace}
 *   instances/{instanceId}                     ephemeral: a live instance
 *   jobs/{job}                                 a job: declared configuration, overrides, since
 *   jobs/{job}/trigger-{number}                a firing by hand that is not done yet
 *   shards/{job}@{creation of jobs/{job}}/{item}   a shard's record; a new life of a job begins with new records
 *   request-{id}                               ephemeral: whoever asked for a trigger may not know its number yet
 *   leader                                     ephemeral: id of the one instance that does what needs exactly one doer
 * </pre>
 *
 * @param namespace a valid name, see {@link JobDefinition#checkedName}
 */
public record Layout(String namespace) {

    private static final String TRIGGER = "trigger-";
    private static final Pattern TRIGGER_NAME = Pattern.compile(TRIGGER + "\\d{10}");
    private static final Pattern LIFE = Pattern.compile("\\d{1,18}");

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

    public String leader() {
        return root() + "/leader";
    }

    /**
     * The folder of a job's records.
     *
     * @param life transaction id of the creation of the job's node
     */
    public String records(String job, long life) {
        return shards() + "/" + job + "@" + life;
    }

    public String record(String job, long life, int shard) {
        return records(job, life) + "/" + shard;
    }

    /**
     * The records of one life of a job.
     *
     * @param life transaction id of the creation of the job's node
     */
    public record JobLife(String job, long life) {}

    /** Whose records a folder holds, by its name; empty when this version would not have named it so. */
    public static Optional<JobLife> lifeNamed(String folder) {
        int at = folder.lastIndexOf('@');
        String life = folder.substring(at + 1);
        return at > 0 && LIFE.matcher(life).matches()
                ? Optional.of(new JobLife(folder.substring(0, at), Long.parseLong(life)))
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
        return triggers(job) + String.format(Locale.ROOT, "%010d", number);
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

    /** There while whoever made a request may not know yet what became of it; until then its trigger is not deleted. */
    public String request(String id) {
        return root() + "/request-" + id;
    }

    private static Optional<String> childOf(String parent, String path) {
        if (!path.startsWith(parent + "/")) {
            return Optional.empty();
        }
        String name = path.substring(parent.length() + 1);
        return name.isEmpty() || name.indexOf('/') >= 0 ? Optional.empty() : Optional.of(name);
    }
}
