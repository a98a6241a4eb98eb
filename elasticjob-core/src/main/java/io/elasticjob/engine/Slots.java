package io.elasticjob.engine;

import io.elasticjob.ArrayPlace;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.view.EngineStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How many executions this instance has at a time, which shards hold their slots, and which wait for one. Execution groups have
 * slots of their own; all other jobs share the common ones. What is begun holds a slot of the group that it was claimed for,
 * whatever the settings of its job say since. Confined to the loop.
 */
final class Slots {

    /** Of all jobs that have no group here. */
    private static final String COMMON = "";

    /** Those that are offered no more as well, since they may be held still. */
    private final Map<String, SlotGroup> groups = new LinkedHashMap<>();

    private Offer offer;

    /** Of all groups together. */
    private int all;

    Slots(int most) {
        this(new Offer(Set.of(), most, new TreeMap<>()));
    }

    Slots(Offer offer) {
        this.offer = offer;
        most(offer);
    }

    /** So many in all groups together. */
    int most() {
        return all;
    }

    /** So many may be held from now on; those that are held stay. */
    void most(Offer now) {
        offer = now;
        all = now.allSlots();
        most(COMMON, now.slots());
        now.groups().forEach(this::most);
    }

    /** For how long what begins under such a session may go on when that is over. */
    Duration lease(Duration session) {
        return offer.lease().apply(session).truncatedTo(ChronoUnit.MILLIS);
    }

    /** Whether this instance can go on with what this record says to run: what runs on a cluster needs that cluster. */
    boolean canGoOn(ShardRecord record) {
        ArrayPlace place = record.array();
        return place == null || place.released().isEmpty() || offer.clusters().contains(place.cluster());
    }

    /** Whether there is a cluster on which this instance can go on with something. */
    boolean hasClusters() {
        return !offer.clusters().isEmpty();
    }

    private void most(String name, int slots) {
        groups.computeIfAbsent(name, any -> new SlotGroup(slots)).most(slots);
    }

    int held() {
        int held = 0;
        for (SlotGroup group : groups.values()) {
            held += group.held();
        }
        return held;
    }

    boolean isHeldBy(ShardCell cell) {
        return groups.values().stream().anyMatch(group -> group.isHeldBy(cell));
    }

    /** @param definition that it is claimed under */
    void hold(ShardCell cell, @Nullable JobDefinition definition) {
        groupOf(definition).hold(cell);
    }

    void release(ShardCell cell) {
        groups.values().forEach(group -> group.release(cell));
    }

    /** An execution has ended here, and held its slot for so long. */
    void ended(JobDefinition definition, Duration took) {
        groupOf(definition).ended(took);
    }

    /** How many executions of such a job will probably have found a slot within this time. */
    int foundWithin(JobDefinition definition, Duration time) {
        return groupOf(definition).foundWithin(time);
    }

    /** Whether the executions of both jobs take slots of the same group. */
    boolean shareSlots(JobDefinition one, @Nullable JobDefinition other) {
        return groups.size() == 1 || groupOf(one) == groupOf(other);
    }

    /** The cell, which is waiting or poised, takes a slot when it is due and its turn has come. */
    void await(ShardCell cell, Instant due) {
        groupOf(cell.job.definition()).await(cell, due);
    }

    /** Takes the next one of those that wait, if it is due and a slot is free. */
    Optional<ShardCell> next(Instant now) {
        boolean haveMoved;
        do {
            haveMoved = false;
            for (Map.Entry<String, SlotGroup> group : groups.entrySet()) {
                boolean isOffered = isOffered(group.getKey());
                Optional<ShardCell> next = next(group.getValue(), isOffered, now);
                while (next.isPresent() && groupOf(next.get().job.definition()) != group.getValue()) {
                    await(next.get(), dueOf(next.get(), now)); // its group is another one since it began to wait
                    haveMoved = true;
                    next = next(group.getValue(), isOffered, now);
                }
                if (next.isPresent()) {
                    return next;
                }
            }
        } while (haveMoved);
        return Optional.empty();
    }

    private static Optional<ShardCell> next(SlotGroup group, boolean isOffered, Instant now) {
        return isOffered ? group.next(now) : group.nextWithoutSlot(now);
    }

    private static Instant dueOf(ShardCell cell, Instant otherwise) {
        if (cell.activity() instanceof Activity.Waiting waiting) {
            return waiting.due();
        }
        return cell.activity() instanceof Activity.Poised poised
                ? poised.claim().step().fireTime()
                : otherwise;
    }

    /** Whether a slot is free for such a job that nobody waits for who is due. */
    boolean hasSpare(JobDefinition definition, Instant now) {
        return groupOf(definition).hasSpare(now);
    }

    /** Whether in some group no slot is free. */
    boolean isAnyGroupFull() {
        return groups.values().stream().anyMatch(SlotGroup::isFull);
    }

    /** Whether no slot is free in any group, and each is held by one of which this is true. */
    boolean areAllHeldBy(Predicate<ShardCell> condition) {
        return most() > 0
                && groups.entrySet().stream()
                        .filter(group -> isOffered(group.getKey()))
                        .allMatch(group -> group.getValue().areAllHeldBy(condition));
    }

    /** Those that hold a slot and of which this is true, in no order. */
    List<ShardCell> holders(Predicate<ShardCell> condition) {
        return groups.values().stream()
                .flatMap(group -> group.holders(condition))
                .toList();
    }

    /** How the slots of each group are taken that has its own, or still holds some. */
    SortedMap<String, EngineStatus.Group> use() {
        if (groups.size() == 1) {
            return Collections.emptySortedMap();
        }
        SortedMap<String, EngineStatus.Group> use = new TreeMap<>();
        groups.forEach((name, group) -> {
            int slots = isOffered(name) ? group.most() : 0;
            if (!name.equals(COMMON) && (slots > 0 || group.held() > 0)) {
                use.put(name, new EngineStatus.Group(group.held(), slots));
            }
        });
        return use;
    }

    private boolean isOffered(String name) {
        return name.equals(COMMON) || offer.groups().containsKey(name);
    }

    private SlotGroup groupOf(@Nullable JobDefinition definition) {
        String name = definition == null ? COMMON : definition.placement().executionGroup();
        return Objects.requireNonNull(groups.get(isOffered(name) ? name : COMMON));
    }
}
