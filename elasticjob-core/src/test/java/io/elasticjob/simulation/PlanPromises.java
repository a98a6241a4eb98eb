package io.elasticjob.simulation;

import io.elasticjob.JobDefinition;
import io.elasticjob.PlanRequest;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.PlannedCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Planned;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.memory.Change;
import io.elasticjob.registry.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What is promised of firings by hand that are to come: of each one trigger is made, in their order and none before its time,
 * whoever leads and whoever dies; and what is over has had them all.
 */
final class PlanPromises {

    private static final Duration ON_TIME = Simulation.SESSION.plusSeconds(6);

    /** A request that was stored. */
    private static final class Seen {
        final Layout.JobLife of;
        final Planned planned;
        final Commands.Command by;
        final List<Trigger> made = new ArrayList<>();
        boolean isThere = true;

        Seen(Layout.JobLife of, Planned planned, Commands.Command by) {
            this.of = of;
            this.planned = planned;
            this.by = by;
        }

        @Override
        public String toString() {
            return "plan " + planned.asked().id() + " of " + of + " for " + by.name + ", " + made.size() + " of "
                    + planned.count();
        }
    }

    private final Observed seen;
    private final Commands commands;
    /** By the names of their nodes; those that are over are known by their commands. */
    private final Map<String, Seen> there = new LinkedHashMap<>();

    private final Map<String, Seen> byCommand = new LinkedHashMap<>();
    private int made;

    PlanPromises(Observed seen, Commands commands) {
        this.seen = seen;
        this.commands = commands;
    }

    /** How many triggers were made of plans. */
    int made() {
        return made;
    }

    // ---- What operators ask for -----------------------------------------------------------------------------------

    static Wish anyWish(Simulation world, SplittableRandom random) {
        String job =
                List.of("every-five", "by-hand", "every-second", "after-each").get(random.nextInt(4));
        String id = "plan-" + random.nextInt(4);
        TriggerRequest trigger = TriggerRequest.of(job).withId(id).withForce(random.nextInt(3) == 0);
        return switch (random.nextInt(5)) {
            case 0 -> new Wish.CancelPlan(job, id);
            case 1 -> new Wish.Plan(PlanRequest.notBefore(world.now().plusMillis(random.nextInt(9_000)), trigger));
            case 2 -> new Wish.Plan(PlanRequest.after(Duration.ofMillis(random.nextInt(9_000)), trigger));
            default ->
                new Wish.Plan(PlanRequest.backfill(
                        world.now().minusSeconds(100 + random.nextInt(30)),
                        world.now().minusSeconds(85 + random.nextInt(10)),
                        trigger));
        };
    }

    // ---- What is written ------------------------------------------------------------------------------------------

    /** The node of a plan has changed. */
    void changed(String name, Change change) {
        Layout.JobLife life = Layout.lifeOfPlanned(name).orElseThrow();
        Seen known = there.get(name);
        if (change.after() instanceof Read.Absent) {
            there.remove(name);
            if (known != null) {
                gone(known);
            }
        } else if (known == null && change.after() instanceof Read.Present present) {
            created(name, life, present);
        }
    }

    private void created(String name, Layout.JobLife life, Read.Present present) {
        if (!(PlannedCodec.decode(life.job(), present.stat().createdAt(), present.data())
                instanceof Decoded.Value<PlannedCodec.Stored> value)) {
            seen.violated("nobody can read the plan " + name);
            return;
        }
        Commands.Command by =
                commands.writer(value.value().planned().asked().by().why(), "the plan " + name);
        if (by == null) {
            return;
        }
        if (++by.written > 1) {
            seen.violated("was planned once more: " + name + " for " + by);
        }
        Seen one = new Seen(life, value.value().planned(), by);
        there.put(name, one);
        byCommand.put(by.name, one);
    }

    private void gone(Seen known) {
        known.isThere = false;
        boolean isOver = known.made.size() == known.planned.count();
        boolean isJobGone = !seen.life(known.of.job()).equals(known.of.life());
        boolean isCancelled = commands.isAskedFor(
                new Wish.CancelPlan(known.of.job(), known.planned.asked().id())::equals);
        if (!isOver && !isJobGone && !isCancelled && !known.planned.isTooOld(seen.clock.now())) {
            // The trigger of the same transaction may come after it.
            boolean isLastOfOne = known.planned.fireTimes().isEmpty();
            if (!isLastOfOne) {
                seen.violated("is over and was not carried out: " + known);
            }
        }
    }

    /** The command whose plan a trigger was made of; null for one that was asked for by itself. */
    Commands.@Nullable Command by(Trigger trigger) {
        Seen of = byCommand.get(trigger.by().why());
        return of == null ? null : of.by;
    }

    /** A trigger was made of a plan. */
    void made(Layout.JobLife life, Trigger trigger) {
        Seen of = Objects.requireNonNull(byCommand.get(trigger.by().why()));
        made++;
        int next = of.made.size();
        if (next >= of.planned.count()) {
            seen.violated("was made once more than is planned: " + trigger + " of " + of);
            return;
        }
        of.made.add(trigger);
        Instant notBefore = of.planned.notBefore();
        if (notBefore != null && seen.clock.now().plus(Observed.EARLY).isBefore(notBefore)) {
            seen.violated("was made before its time: " + trigger + " of " + of);
        }
        Trigger.Interval interval = trigger.content().interval();
        boolean isRight = of.planned.fireTimes().isEmpty()
                ? interval == null
                : interval != null
                        && interval.fireTime().equals(of.planned.fireTimes().get(next));
        if (!of.of.equals(life) || !isRight) {
            seen.violated("is not the next one: " + trigger + " of " + of);
        }
    }

    // ---- What is so in the end ------------------------------------------------------------------------------------

    /** @param definitions of the jobs that somebody can run */
    void checkQuiet(Collection<JobDefinition> definitions) {
        there.values().forEach(one -> {
            Instant notBefore = one.planned.notBefore();
            Instant due = notBefore == null ? one.planned.requestedAt() : notBefore;
            boolean isDue = due.plus(ON_TIME).isBefore(seen.clock.now());
            StoredJob job = seen.known(one.of.job()).orElse(null);
            boolean runs = job != null
                    && seen.life(one.of.job()).equals(one.of.life())
                    && definitions.contains(job.effective())
                    && job.effective().enabled()
                    && job.switches().isEmpty();
            boolean hasBegun = !one.made.isEmpty(); // what follows waits for the end of that
            if (isDue && runs && !hasBegun) {
                seen.violated("is due and was not begun: " + one);
            }
        });
        byCommand.values().stream()
                .filter(one -> !one.isThere && one.planned.fireTimes().isEmpty() && one.made.isEmpty())
                .filter(one -> seen.life(one.of.job()).equals(one.of.life()))
                .filter(one -> !wasCancelled(one))
                .forEach(one -> seen.violated("is over and was not carried out: " + one));
    }

    private boolean wasCancelled(Seen one) {
        return commands.wasAskedFor(
                new Wish.CancelPlan(one.of.job(), one.planned.asked().id())::equals);
    }
}
