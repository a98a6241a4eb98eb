package io.elasticjob.coordination;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Join;
import io.elasticjob.Predecessor;
import io.elasticjob.Setting;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Whether a job can run after the jobs that it names, with what is known of them. Decides; never acts. */
public final class ChainCheck {

    private ChainCheck() {}

    /**
     * What is wrong whatever else there may be in the namespace.
     *
     * @param known the jobs as they will be; null for one that nobody knows
     * @param names of all of them
     * @throws InvalidSettingException naming key, value and rule
     */
    public static void check(
            JobDefinition job, Function<String, @Nullable JobDefinition> known, Collection<String> names) {
        if (job.predecessors().isEmpty()) {
            return;
        }
        circle(job, known);
        ChainGraph graph = graph(job, known);
        for (Predecessor one : job.predecessors()) {
            JobDefinition predecessor = known.apply(one.job());
            if (predecessor != null && !predecessor.wholeFirings().areRecorded()) {
                throw invalid(
                        job,
                        JobKey.AFTER,
                        "names " + one.job() + ", whose firings are not recorded: set recordFirings=true of "
                                + one.job());
            }
            long successors = names.stream()
                    .map(known)
                    .filter(other -> other != null && !other.name().equals(job.name()))
                    .filter(other -> other.predecessors().stream()
                            .anyMatch(its -> its.job().equals(one.job())))
                    .count();
            if (successors >= Succession.MOST_SUCCESSORS) {
                throw invalid(
                        job,
                        JobKey.AFTER,
                        "names " + one.job() + ", after which " + successors + " jobs run already; at most "
                                + Succession.MOST_SUCCESSORS + " may");
            }
        }
        boolean isAllKnown = job.predecessors().stream()
                .flatMap(one -> graph.ancestorsOf(one.job()).stream())
                .allMatch(one -> known.apply(one) != null);
        Optional<List<String>> mixed =
                job.join() == Join.EACH || !isAllKnown ? Optional.empty() : graph.mixed(job.name());
        if (mixed.isPresent()) {
            throw invalid(
                    job,
                    JobKey.JOIN,
                    "cannot tell which firings belong together: " + String.join(" and ", mixed.get())
                            + " descend from a common job, and not all jobs in after do");
        }
    }

    /** @throws InvalidSettingException when a job would run after itself, in however many steps */
    public static void circle(JobDefinition job, Function<String, @Nullable JobDefinition> known) {
        graph(job, known).circle(job.name()).ifPresent(way -> {
            throw invalid(
                    job,
                    JobKey.AFTER,
                    "makes a circle, in which each would run after the one before without end: "
                            + String.join(", ", way));
        });
    }

    /**
     * What an operator has to know of: a job that nobody knows yet is no mistake of an application that starts.
     *
     * @throws UnknownNameException for a job that is not there
     */
    public static void checkKnown(
            JobDefinition job, Function<String, @Nullable JobDefinition> known, Collection<String> names) {
        for (Predecessor one : job.predecessors()) {
            if (!names.contains(one.job())) {
                Set<String> all = new TreeSet<>(names);
                throw new UnknownNameException(
                        job.name() + "." + JobKey.AFTER.key(),
                        one.job(),
                        "is not the name of a job of this namespace",
                        () -> all);
            }
        }
        check(job, known, names);
    }

    /**
     * Why a job never runs after another one that it names; empty where it does.
     *
     * @param isThere whether there is a job of that name
     * @param predecessor null where it cannot be used
     */
    public static Optional<String> obstacle(boolean isThere, @Nullable JobDefinition predecessor) {
        if (!isThere) {
            return Optional.of("there is no job of this name");
        }
        return predecessor != null && !predecessor.wholeFirings().areRecorded()
                ? Optional.of("its firings are not recorded: set recordFirings=true")
                : Optional.empty();
    }

    private static ChainGraph graph(JobDefinition job, Function<String, @Nullable JobDefinition> known) {
        Function<String, @Nullable JobDefinition> all = name -> name.equals(job.name()) ? job : known.apply(name);
        return new ChainGraph(
                name -> {
                    JobDefinition one = all.apply(name);
                    return one == null
                            ? List.of()
                            : one.predecessors().stream().map(Predecessor::job).toList();
                },
                name -> {
                    JobDefinition one = all.apply(name);
                    return one != null && one.join() != Join.EACH;
                });
    }

    private static InvalidSettingException invalid(JobDefinition job, JobKey key, String rule) {
        String value = job.setting(key).map(Setting::value).orElse("");
        return new InvalidSettingException(job.name() + "." + key.key(), value, rule);
    }
}
