package io.elasticjob.gateway;

import io.elasticjob.gateway.wire.Exchange;
import io.elasticjob.gateway.wire.Result;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a worker's newest exchange says of all that it was given. The worker takes executions only from the answer to its
 * newest exchange, and lists from then on each one until its end is acknowledged: so what it does not list either never
 * began, and never will, or was lost.
 *
 * @param running it says that it runs these
 * @param ended it says how these ended
 * @param neverBegun their answer did not reach it in time; it may be told again
 * @param lost it has listed them before, and no longer knows them
 */
record Reckoning(List<Given> running, Map<Given, Result> ended, List<Given> neverBegun, List<Given> lost) {

    static Reckoning of(Collection<Given> given, Exchange exchange) {
        Map<String, Result> results = new HashMap<>();
        exchange.results().forEach(result -> results.putIfAbsent(result.id(), result));
        Reckoning all = new Reckoning(new ArrayList<>(), new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
        for (Given one : given) {
            Result result = results.get(one.id);
            if (one.hasEnded()) {
                continue; // its end was told before, and is being recorded
            }
            if (result != null) {
                all.ended.put(one, result);
            } else if (exchange.running().contains(one.id)) {
                all.running.add(one);
            } else if (one.isSeen()) {
                all.lost.add(one);
            } else {
                all.neverBegun.add(one);
            }
        }
        return all;
    }
}
