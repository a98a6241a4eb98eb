package io.elasticjob.view;

import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Retrying;
import java.util.List;

/**
 * What is told of firings that failed and are to be run again, and of executions that were cancelled, by an operator or by their
 * timeout, and have not ended.
 */
final class FailureFindings {

    private final ShardGroups retrying = new ShardGroups();
    private final ShardGroups cancelled = new ShardGroups();
    private final ShardGroups lingering = new ShardGroups();

    void add(Situation.Shard shard, JobDefinition definition) {
        ShardRecord record = shard.record();
        Retrying.notBefore(definition, shard.item(), record)
                .ifPresent(notBefore -> retrying.add(
                        shard,
                        shard.assignee() == null ? "" : shard.assignee(),
                        record.firing(),
                        notBefore,
                        record.outcome() + (record.error() == null ? "" : ": " + record.error())));
        String owner = record.holder().orElse("");
        record.stop().ifPresent(stop -> cancelled.add(shard, owner, record.firing(), stop.at(), stop.text()));
        if (record.lingers()) {
            lingering.add(shard, owner, record.firing(), record.finishedAt(), record.outcome());
        }
    }

    void tell(List<Finding> findings) {
        retrying.tell(Finding.Code.RETRY_WAITING, FailureFindings::retrying, findings);
        cancelled.tell(Finding.Code.CANCELLED, FailureFindings::cancelled, findings);
        lingering.tell(Finding.Code.LINGERING, FailureFindings::lingering, findings);
    }

    private static String retrying(ShardGroups.Group group) {
        return group.shards() + ": " + group.firing() + " has failed (" + group.outcome() + "), and runs again from "
                + group.since() + " on";
    }

    private static String cancelled(ShardGroups.Group group) {
        return group.shards() + ": " + group.firing() + " on " + group.instance() + " was " + group.outcome() + ", at "
                + group.since() + ", and has not ended";
    }

    private static String lingering(ShardGroups.Group group) {
        return group.shards() + ": " + group.firing() + " is recorded as " + group.outcome() + ", and goes on on "
                + group.instance()
                + ": the handler ignores that it was cancelled. Nothing starts there before it ends, or the"
                + " instance is gone";
    }
}
