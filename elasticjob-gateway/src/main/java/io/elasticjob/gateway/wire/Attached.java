package io.elasticjob.gateway.wire;

import io.elasticjob.codec.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A worker is attached.
 *
 * @param worker id of the attachment, part of the address of its exchanges
 * @param leaseMs how long the lease of what it holds lasts, counted from the sending of its request
 * @param beatMs how often it has to exchange at least while it holds something
 * @param gateways addresses of all gateways, to go to when this one is lost
 * @param held what became of each execution that it said it holds
 */
public record Attached(String worker, long leaseMs, long beatMs, List<String> gateways, HoldsAnswer held) {

    /**
     * What became of what a worker says it holds.
     *
     * @param adopted it runs on, under its token
     * @param recorded its end is recorded, perhaps just now
     * @param lost it is another's, or of no job: it has to end, and nothing of it is recorded
     */
    public record HoldsAnswer(List<String> adopted, List<String> recorded, List<String> lost) {}

    /** As the body of the answer. */
    public byte[] toJson() {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("worker", worker);
        answer.put("leaseMs", leaseMs);
        answer.put("beatMs", beatMs);
        answer.put("gateways", gateways);
        answer.put("adopted", held.adopted());
        answer.put("recorded", held.recorded());
        answer.put("lost", held.lost());
        return Json.write(answer);
    }
}
