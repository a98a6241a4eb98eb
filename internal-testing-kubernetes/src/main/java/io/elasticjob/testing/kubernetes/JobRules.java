package io.elasticjob.testing.kubernetes;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyOnExitCodesRequirement;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rules for a Job, and those of its indexes above all. */
final class JobRules {

    private static final int MOST_AT_ONCE = 100_000;
    /** Beyond {@value #MOST_AT_ONCE} completions with retries by index: at most so many at once, and so many failures. */
    private static final int MOST_OF_MANY = 10_000;

    private static final int LONGEST_LABEL = 63;

    private final Job job;
    private final JobSpec spec;
    private final boolean indexed;
    private final Findings findings;

    JobRules(Job job, Findings findings) {
        this.job = job;
        this.spec = job.getSpec();
        this.indexed = "Indexed".equals(spec.getCompletionMode());
        this.findings = findings;
    }

    void check() {
        new PodRules(spec.getTemplate(), List.of(), List.of("Never", "OnFailure"), findings).check();
        one("completionMode", spec.getCompletionMode(), Set.of("Indexed", "NonIndexed"));
        one("podReplacementPolicy", spec.getPodReplacementPolicy(), Set.of("Failed", "TerminatingOrFailed"));
        least("completions", spec.getCompletions(), 0);
        least("parallelism", spec.getParallelism(), 0);
        least("backoffLimit", spec.getBackoffLimit(), 0);
        least("backoffLimitPerIndex", spec.getBackoffLimitPerIndex(), 0);
        least("maxFailedIndexes", spec.getMaxFailedIndexes(), 0);
        least("ttlSecondsAfterFinished", spec.getTtlSecondsAfterFinished(), 0);
        keeps(
                spec.getActiveDeadlineSeconds() == null || spec.getActiveDeadlineSeconds() >= 1,
                "activeDeadlineSeconds",
                "must be at least 1");
        keeps(
                spec.getSelector() == null || Boolean.TRUE.equals(spec.getManualSelector()),
                "selector",
                "is made by the API server");
        name();
        indexes();
        if (spec.getPodFailurePolicy() != null) {
            keeps(
                    "Never".equals(spec.getTemplate().getSpec().getRestartPolicy()),
                    "podFailurePolicy",
                    "needs the restartPolicy Never");
            keeps(
                    "Failed".equals(Objects.requireNonNullElse(spec.getPodReplacementPolicy(), "Failed")),
                    "podReplacementPolicy",
                    "must be Failed with a podFailurePolicy");
            spec.getPodFailurePolicy().getRules().forEach(this::failure);
        }
    }

    /** The label of its pods has the name, and the host name of a pod the index as well. */
    private void name() {
        String longest = job.getMetadata().getName();
        if (indexed && spec.getCompletions() != null) {
            longest += "-" + Math.max(0, spec.getCompletions() - 1);
        }
        findings.matches(Forms.LABEL_1123, LONGEST_LABEL, longest, Rule.NAME, "metadata.name");
    }

    private void indexes() {
        Integer failures = spec.getMaxFailedIndexes();
        Integer completions = spec.getCompletions();
        boolean retriesByIndex = spec.getBackoffLimitPerIndex() != null;
        keeps(!indexed || completions != null, "completions", "must be set with completionMode Indexed");
        keeps(
                !indexed || atMost(spec.getParallelism(), MOST_AT_ONCE),
                "parallelism",
                "must be at most " + MOST_AT_ONCE);
        keeps(indexed || !retriesByIndex, "backoffLimitPerIndex", "needs completionMode Indexed");
        keeps(retriesByIndex || failures == null, "maxFailedIndexes", "needs backoffLimitPerIndex");
        keeps(
                failures == null || completions == null || failures <= completions,
                "maxFailedIndexes",
                "must be at most completions");
        if (retriesByIndex && completions != null && completions > MOST_AT_ONCE) {
            keeps(
                    failures != null && failures <= MOST_OF_MANY,
                    "maxFailedIndexes",
                    "must be at most " + MOST_OF_MANY + " with so many completions");
            keeps(
                    atMost(spec.getParallelism(), MOST_OF_MANY),
                    "parallelism",
                    "must be at most " + MOST_OF_MANY + " with so many completions");
        }
    }

    private void failure(PodFailurePolicyRule rule) {
        String where = "podFailurePolicy.rules";
        one(where, rule.getAction(), Set.of("FailJob", "FailIndex", "Ignore", "Count"));
        keeps(
                !"FailIndex".equals(rule.getAction()) || spec.getBackoffLimitPerIndex() != null,
                where,
                "FailIndex needs backoffLimitPerIndex");
        PodFailurePolicyOnExitCodesRequirement codes = rule.getOnExitCodes();
        keeps(
                (codes != null) != !rule.getOnPodConditions().isEmpty(),
                where,
                "must have either onExitCodes or onPodConditions");
        if (codes != null) {
            one(where + ".onExitCodes.operator", codes.getOperator(), Set.of("In", "NotIn"));
            keeps(
                    !codes.getValues().isEmpty()
                            && new HashSet<>(codes.getValues()).size()
                                    == codes.getValues().size(),
                    where + ".onExitCodes.values",
                    "must be there, each once");
            keeps(
                    !"In".equals(codes.getOperator()) || !codes.getValues().contains(0),
                    where + ".onExitCodes.values",
                    "must not have 0, which is no failure");
        }
    }

    private static boolean atMost(@Nullable Integer number, int most) {
        return number == null || number <= most;
    }

    private void least(String field, @Nullable Integer number, int least) {
        keeps(number == null || number >= least, field, number + " must be at least " + least);
    }

    private void one(String field, @Nullable String value, Set<String> values) {
        keeps(value == null || values.contains(value), field, value + " must be one of " + values);
    }

    private void keeps(boolean kept, String field, String detail) {
        findings.unless(kept, Rule.JOB, "spec." + field, detail);
    }
}
