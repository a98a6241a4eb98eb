package io.elasticjob.gateway.wire;

import io.elasticjob.Cancellation;
import io.elasticjob.Cause;
import io.elasticjob.ShardingContext;
import io.elasticjob.codec.Json;
import io.elasticjob.spi.ShardRunner.Order;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The answer to an exchange.
 *
 * @param seq of the exchange
 * @param lasting how long the worker may go on with what it holds
 * @param told what need not be told again
 * @param executions to begin; only by the newest exchange of the worker
 * @param cancel what is to end, and why
 * @param course where to go on
 */
public record Exchanged(
        long seq, Lasting lasting, Told told, List<Task> executions, List<Cancel> cancel, Course course) {

    /**
     * How long the worker may go on with what it holds.
     *
     * @param heldMs from the receipt of the request to the instant at which the lease was decided
     * @param leaseMs how long the lease lasts from that instant on
     */
    public record Lasting(long heldMs, long leaseMs) {}

    /**
     * What need not be told again.
     *
     * @param acks results that are recorded, or count for nothing
     * @param notes that are recorded, or refused
     */
    public record Told(List<String> acks, List<NoteAnswer> notes) {

        /** Nothing. */
        public static final Told NOTHING = new Told(List.of(), List.of());
    }

    /**
     * Where to go on.
     *
     * @param drain whether nothing more is to be expected
     * @param moveTo addresses to attach at instead; empty to stay
     */
    public record Course(boolean drain, List<String> moveTo) {

        /** Here. */
        public static final Course ON = new Course(false, List.of());
    }

    /**
     * A note is recorded, or refused.
     *
     * @param refused why, "" when it is recorded
     */
    public record NoteAnswer(String id, long seq, String refused) {}

    /** An execution to begin. */
    public record Task(String id, Order order) {}

    /** An execution is to end. */
    public record Cancel(String id, Cancellation why) {}

    /** As the body of the answer. */
    public byte[] toJson() {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("seq", seq);
        answer.put("heldMs", lasting.heldMs());
        answer.put("leaseMs", lasting.leaseMs());
        answer.put("acks", told.acks());
        answer.put("notes", told.notes().stream().map(Exchanged::noteAnswer).toList());
        answer.put("executions", executions.stream().map(Exchanged::task).toList());
        answer.put("cancel", cancel.stream().map(Exchanged::cancel).toList());
        answer.put("drain", course.drain());
        answer.put("moveTo", course.moveTo());
        return Json.write(answer);
    }

    private static Map<String, Object> noteAnswer(NoteAnswer note) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("id", note.id());
        answer.put("seq", note.seq());
        if (!note.refused().isEmpty()) {
            answer.put("refused", note.refused());
        }
        return answer;
    }

    /** Numbers of 64 bits are texts: not every language has them. */
    private static Map<String, Object> task(Task task) {
        ShardingContext context = task.order().context();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("id", task.id());
        answer.put("job", context.jobName());
        answer.put("handler", task.order().handler());
        answer.put("execution", context.executionId().toString());
        answer.put("shard", context.shardingItem());
        answer.put("shardingTotalCount", context.shardingTotalCount());
        answer.put("shardingParameter", context.shardingParameter());
        answer.put("jobParameter", context.jobParameter());
        answer.put("fireTime", context.fireTime().toString());
        context.previousFireTime().ifPresent(before -> answer.put("previousFireTime", before.toString()));
        context.intervalStart().ifPresent(start -> answer.put("intervalStart", start.toString()));
        context.originFireTime().ifPresent(origin -> answer.put("originFireTime", origin.toString()));
        if (!context.causes().isEmpty()) {
            answer.put("causes", context.causes().stream().map(Exchanged::cause).toList());
        }
        context.trigger().ifPresent(number -> answer.put("trigger", number));
        answer.put("attempt", context.attempt());
        if (context.isMonitored()) {
            answer.put("fencingToken", String.valueOf(context.fencingToken()));
        }
        context.checkpoint().ifPresent(reached -> answer.put("checkpoint", reached));
        return answer;
    }

    private static Map<String, Object> cause(Cause cause) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("job", cause.job());
        answer.put("firing", cause.firing().text());
        answer.put("fireTime", cause.fireTime().toString());
        answer.put("result", cause.result().name());
        Map<String, Object> results = new LinkedHashMap<>();
        cause.results().forEach((shard, text) -> results.put(String.valueOf(shard), text));
        answer.put("results", results);
        answer.put("omitted", cause.omitted());
        return answer;
    }

    private static Map<String, Object> cancel(Cancel cancel) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("id", cancel.id());
        answer.put("why", cancel.why().reason().name());
        answer.put("text", cancel.why().text());
        return answer;
    }

    /** An answer that says nothing but that the exchange was overtaken by a newer one. */
    public static Exchanged overtaken(long seq) {
        return new Exchanged(seq, new Lasting(0, 0), Told.NOTHING, List.of(), List.of(), Course.ON);
    }
}
