package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.view.InstanceView;
import io.elasticjob.view.JobView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Views of jobs are made again only where something has changed. */
class SnapshotTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    private final SortedMap<String, InstanceView> instances = new TreeMap<>(Map.of("a", instance("a")));
    private final List<Snapshot.OfJob> jobs = new ArrayList<>(List.of(job("bills"), job("mails"), job("orders")));
    private final Snapshot.Former former = after(snapshot(), Snapshot.Former.NONE);

    @Test
    void whereNothingHasChangedAllViewsAreTheSame() {
        assertThat(snapshot().views(former)).isSameAs(former.views());
        assertThat(former.views()).containsOnlyKeys("bills", "mails", "orders");
    }

    @Test
    void ofAJobThatHasChangedTheViewIsANewOneAndThoseOfOthersStay() {
        for (int changed = 0; changed < 3; changed++) {
            List<Snapshot.OfJob> now = new ArrayList<>(jobs);
            String name = now.get(changed).stored().name();
            now.set(changed, job(name));

            SortedMap<String, JobView> views = new Snapshot(Set.of(), instances, now).views(former);

            assertThat(views).containsOnlyKeys("bills", "mails", "orders");
            views.forEach((job, view) -> {
                if (job.equals(name)) {
                    assertThat(view).isNotSameAs(former.views().get(job));
                } else {
                    assertThat(view).isSameAs(former.views().get(job));
                }
            });
        }
    }

    @Test
    void whatCameWentOrMovedIsSeen() {
        jobs.add(1, job("dunning"));
        assertThat(snapshot().views(former)).containsOnlyKeys("bills", "dunning", "mails", "orders");
        jobs.remove(1);
        jobs.remove(2);
        assertThat(snapshot().views(former)).containsOnlyKeys("bills", "mails");
        Snapshot.OfJob moved = jobs.get(0);
        jobs.set(
                0,
                new Snapshot.OfJob(
                        moved.stored(),
                        moved.definition(),
                        Assignment.none(2),
                        moved.eligible(),
                        moved.trouble(),
                        moved.standing(),
                        moved.homes()));
        assertThat(snapshot().views(former).get("bills").assignment().shardingTotalCount())
                .isEqualTo(2);
    }

    @Test
    void anotherInstanceMakesAllOfThemNew() {
        instances.put("b", instance("b"));
        SortedMap<String, JobView> joined = snapshot().views(former);
        assertThat(joined.get("bills").obstacles()).containsOnlyKeys("a", "b");
        Snapshot.Former after = new Snapshot.Former(snapshot(), joined);
        instances.put("b", instance("b"));
        assertThat(snapshot().views(after).get("bills")).isNotSameAs(joined.get("bills"));
    }

    private Snapshot snapshot() {
        return new Snapshot(Set.of(), new TreeMap<>(instances), List.copyOf(jobs));
    }

    private static Snapshot.Former after(Snapshot snapshot, Snapshot.Former before) {
        return new Snapshot.Former(snapshot, snapshot.views(before));
    }

    private static Snapshot.OfJob job(String name) {
        JobDefinition definition = JobDefinition.named(name).build();
        return new Snapshot.OfJob(
                StoredJob.declared(definition, "shop", NOON),
                definition,
                Assignment.none(1),
                List.of(),
                null,
                Standing.DECLARED,
                Collections.emptySortedMap());
    }

    private static InstanceView instance(String id) {
        return new InstanceView(
                new Instance(
                        id,
                        id,
                        "shop",
                        Map.of(),
                        new Instance.Process("host", 1, 1, NOON, ""),
                        new Instance.Repertoire(Set.of(), Set.of(), Set.of()),
                        Instance.Availability.UP),
                NOON);
    }
}
