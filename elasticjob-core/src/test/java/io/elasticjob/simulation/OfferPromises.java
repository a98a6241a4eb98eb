package io.elasticjob.simulation;

import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.memory.Change;
import io.elasticjob.registry.Read;
import io.elasticjob.spi.Timekeeper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What is promised of shards that their instances have no slot for: an offer is for one firing. That each firing is run once,
 * whoever runs it, {@link Promises} says of all.
 */
final class OfferPromises {

    static final Duration STARVED_AFTER = Duration.ofSeconds(1);

    private static final String OFFERS = "/sim/offers/";
    private static final String SHARDS = "/sim/shards/";

    /** A look each second, and a slow commit. */
    private static final Duration TAKEN_BACK_WITHIN = Duration.ofSeconds(4);

    private record Offer(String maker, long madeAt) {}

    private final Timekeeper time;
    private final Consumer<String> violated;
    private final Map<String, Offer> open = new LinkedHashMap<>();
    private String lastGone = "";
    private String lastMaker = "";
    private int taken;

    OfferPromises(Timekeeper time, Consumer<String> violated) {
        this.time = time;
        this.violated = violated;
    }

    void changed(Change change) {
        String path = change.path();
        if (path.startsWith(OFFERS)) {
            String name = path.substring(OFFERS.length());
            if (change.after() instanceof Read.Present present) {
                open.put(name, new Offer(new String(present.data(), StandardCharsets.UTF_8), time.nanoTime()));
            } else {
                Offer gone = open.remove(name);
                lastGone = name;
                lastMaker = gone == null ? "" : gone.maker();
            }
        } else if (path.startsWith(SHARDS) && change.after() instanceof Read.Present present) {
            // Of one transaction the offer goes first.
            boolean isOfIt = path.substring(SHARDS.length()).replace('/', '@').equals(lastGone);
            if (isOfIt
                    && ShardRecordCodec.decode(present.data()) instanceof Decoded.Value<ShardRecord> record
                    && record.value()
                            .owner()
                            .filter(owner -> !owner.equals(lastMaker))
                            .isPresent()) {
                taken++;
            }
            lastGone = isOfIt ? "" : lastGone;
        }
    }

    /** How many firings were claimed by another instance than the one that offered them. */
    int taken() {
        return taken;
    }

    /** Nothing is starved any more for long: every execution is short. */
    void checkQuiet() {
        open.forEach((name, offer) -> {
            if (time.nanoTime() - offer.madeAt() > TAKEN_BACK_WITHIN.toNanos()) {
                violated.accept("is offered by " + offer.maker() + " though it is not starved any more: " + name);
            }
        });
    }
}
