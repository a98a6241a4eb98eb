package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.Instance;
import io.elasticjob.view.JobView;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;

/**
 * What the one who asks may see and do.
 *
 * @param who a name; "" when it is not known
 * @param everything what they may do with all of the namespace
 * @param grants what they may do with parts of it
 * @param isShownValues whether they may see parameters, of those jobs that they may steer
 */
record Rights(String who, Everything everything, List<Grant> grants, boolean isShownValues, Sanitizer sanitizer) {

    /** What somebody may do with all of a namespace. Who steers it may look at it. */
    record Everything(boolean isViewed, boolean isOperated) {}

    /** Of somebody who may everything and sees parameters. */
    static Rights unlimited(String who) {
        return new Rights(who, new Everything(true, true), List.of(), true, new Sanitizer());
    }

    boolean mayView(JobView job) {
        return everything.isViewed() || grants.stream().anyMatch(grant -> grant.covers(job));
    }

    boolean mayOperate(JobView job) {
        return everything.isOperated() || grants.stream().anyMatch(grant -> grant.isToOperate() && grant.covers(job));
    }

    boolean mayView(Instance instance) {
        return everything.isViewed() || grants.stream().anyMatch(covers(instance));
    }

    boolean mayOperate(Instance instance) {
        return everything.isOperated()
                || grants.stream().anyMatch(covers(instance).and(Grant::isToOperate));
    }

    private static Predicate<Grant> covers(Instance instance) {
        return grant -> grant.covers(instance.application(), instance.labels());
    }

    /** @throws ForbiddenException when they may steer nothing at all */
    void checkOperatesAnything() {
        if (!mayOperateAnything()) {
            throw new ForbiddenException(
                    "namespace",
                    "",
                    "You may not change or run any job of this namespace: that needs one of the roles of"
                            + " elasticjob.console.operator-roles, or a grant");
        }
    }

    /** Whether they may steer anything at all. */
    boolean mayOperateAnything() {
        return everything.isOperated() || grants.stream().anyMatch(Grant::isToOperate);
    }

    /** @throws ForbiddenException when they may see nothing at all */
    void checkViews() {
        if (!everything.isViewed() && grants.isEmpty()) {
            throw new ForbiddenException(
                    "namespace",
                    "",
                    "You may not look at the jobs of this namespace: that needs one of the roles of"
                            + " elasticjob.console.viewer-roles or operator-roles, or a grant");
        }
    }

    /** @throws ForbiddenException when they may not see everything */
    void checkViewsEverything(String what) {
        if (!everything.isViewed()) {
            throw new ForbiddenException(
                    "namespace",
                    "",
                    "You may not look at " + what + ": that needs one of the roles of"
                            + " elasticjob.console.viewer-roles or operator-roles");
        }
    }

    /** @throws ForbiddenException when they may not see it */
    void checkViews(JobView job) {
        if (!mayView(job)) {
            throw new ForbiddenException(
                    "job",
                    job.name(),
                    "You may not look at the job " + job.name()
                            + of(job.stored().application()));
        }
    }

    /** @throws ForbiddenException when they may not see it */
    void checkViews(Instance instance) {
        if (!mayView(instance)) {
            throw new ForbiddenException(
                    "instance",
                    instance.id(),
                    "You may not look at the instance " + instance.id() + of(instance.application()));
        }
    }

    /** @throws ForbiddenException when they may not steer it */
    void checkOperates(JobView job) {
        if (!mayOperate(job)) {
            throw new ForbiddenException(
                    "job",
                    job.name(),
                    "You may not change or run the job " + job.name()
                            + of(job.stored().application()));
        }
    }

    /** @throws ForbiddenException when they may not steer it */
    void checkOperates(Instance instance) {
        if (!mayOperate(instance)) {
            throw new ForbiddenException(
                    "instance",
                    instance.id(),
                    "You may not drain or resume the instance " + instance.id() + of(instance.application()));
        }
    }

    /** @throws ForbiddenException when they may not steer everything */
    void checkOperatesEverything(String key, String value, String what) {
        if (!everything.isOperated()) {
            throw new ForbiddenException(
                    key,
                    value,
                    "You may not " + what + ": that needs one of the roles of elasticjob.console.operator-roles");
        }
    }

    private static String of(String application) {
        return application.isEmpty() ? ", which belongs to no application" : " of the application " + application;
    }

    boolean seesValues(JobView job) {
        return isShownValues && mayOperate(job);
    }

    /** A parameter, or what is shown in its place. */
    String shown(JobView job, String key, String value) {
        Object shown = value.isEmpty()
                ? value
                : sanitizer.sanitize(new SanitizableData(null, job.name() + "." + key, value), seesValues(job));
        return String.valueOf(shown);
    }
}
