package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.NearestName;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.Schedule;
import io.elasticjob.Scope;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.Demand;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RegistryException;
import io.elasticjob.registry.Write;
import io.elasticjob.sharding.StrategyCatalog;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What operators ask for, but for triggers: each is a change of one node, decided from what is read and written by
 * compare-and-set. All of them can be repeated, so that one whose answer was lost is simply decided anew. What is answered
 * is whether this try has changed anything. Confined to the loop.
 */
final class Operations {

    private final Layout layout;
    private final Presence presence;
    private final Roster roster;
    private final JobTable jobTable;
    private final Changes changes;
    private final Outbox outbox;

    Operations(Layout layout, Presence presence, Roster roster, JobTable jobTable, Changes changes, Outbox outbox) {
        this.layout = layout;
        this.presence = presence;
        this.roster = roster;
        this.jobTable = jobTable;
        this.changes = changes;
        this.outbox = outbox;
    }

    // ---- Settings -------------------------------------------------------------------------------------------------

    void configure(String job, Map<JobKey, String> values, Operator by, CompletableFuture<Boolean> answer) {
        String what = "configured "
                + values.entrySet().stream()
                        .map(set -> inWords(set.getKey(), set.getValue()))
                        .collect(Collectors.joining(", "));
        change(job, what, by, answer, stored -> {
            StoredJob next = stored.configured(values, by, presence.registryNow(), presence.leadTime());
            check(next.effective(), values.keySet());
            return next;
        });
    }

    void reset(String job, Set<JobKey> keys, Operator by, CompletableFuture<Boolean> answer) {
        String what = "reset "
                + (keys.isEmpty() ? "all" : keys.stream().map(JobKey::key).collect(Collectors.joining(", ")));
        change(job, what, by, answer, stored -> stored.reset(keys, presence.registryNow(), presence.leadTime()));
    }

    void set(String job, Scope scope, boolean on, Operator by, CompletableFuture<Boolean> answer) {
        change(job, (on ? "enabled " : "disabled ") + inWords(scope), by, answer, stored -> {
            if (scope instanceof Scope.OnInstance instance) {
                requireKnown(stored, instance.name());
            }
            return stored.switched(scope, on, by, presence.registryNow(), presence.leadTime());
        });
    }

    private static String inWords(JobKey key, String value) {
        return key.key() + (key.isConfidential() ? "" : "=" + value);
    }

    private static String inWords(Scope scope) {
        if (scope instanceof Scope.Shard shard) {
            return "shard " + shard.item();
        }
        return scope instanceof Scope.OnInstance instance ? "on " + instance.name() : "as a whole";
    }

    private void requireKnown(StoredJob stored, String name) {
        Set<String> live = roster.instances().stream().map(Instance::name).collect(Collectors.toSet());
        if (!live.contains(name) && stored.switches().off(name).isEmpty()) {
            throw new InvalidSettingException(
                    "instance", name, "is not the name of a live instance" + NearestName.hint(name, live));
        }
    }

    private void change(
            String job, String what, Operator by, CompletableFuture<Boolean> answer, UnaryOperator<StoredJob> change) {
        String path = layout.job(job);
        changes.make(answer, List.of(path), reads -> {
            if (!(reads.get(0) instanceof Read.Present present)) {
                throw new NoSuchJobException(job);
            }
            StoredJob stored = stored(job, present);
            StoredJob next = change.apply(stored);
            if (stored.saysTheSameAs(next)) {
                return Changes.Decision.answer(false);
            }
            Write put = new Write.Put(
                    path, StoredJobCodec.encode(next), present.stat().version());
            return Changes.Decision.write(List.of(put), done -> {
                outbox.publish(new ElasticJobEvent.JobChanged(job, what, by));
                answer.complete(true);
            });
        });
    }

    private static StoredJob stored(String job, Read.Present present) {
        Decoded<StoredJob> decoded = StoredJobCodec.decode(job, present.data());
        if (decoded instanceof Decoded.Value<StoredJob> value) {
            return value.value();
        }
        throw new OperationRefusedException("What is stored of " + job + " can not be read by this version: "
                + (decoded instanceof Decoded.Broken<StoredJob> broken ? broken.reason() : "a later one wrote it"));
    }

    private void check(JobDefinition definition, Set<JobKey> changed) {
        Demand.check(
                definition,
                changed,
                roster.instances(),
                StrategyCatalog.builtIn().names(),
                presence.usable().orElseThrow().session().timeout(),
                presence.registryNow());
    }

    // ---- Jobs that come and go ------------------------------------------------------------------------------------

    void create(String job, Map<JobKey, String> settings, Operator by, CompletableFuture<Boolean> answer) {
        String path = layout.job(job);
        AtomicBoolean sent = new AtomicBoolean();
        changes.make(answer, List.of(path), reads -> {
            Instant now = presence.registryNow();
            StoredJob made = StoredJob.made(job, settings, by, now);
            if (reads.get(0) instanceof Read.Present present) {
                if (stored(job, present).saysTheSameAs(made)) {
                    return Changes.Decision.answer(false);
                }
                throw new OperationRefusedException("There is a job " + job + " already");
            }
            JobDefinition definition = made.effective();
            if (sent.get()
                    && definition.schedule() instanceof Schedule.Once once
                    && !once.at().isAfter(now)) {
                throw new RegistryException(
                        "The registry did not answer in time; " + job + " may have been made and have run, or not");
            }
            check(definition, withHandler(settings.keySet()));
            if (definition.schedule() instanceof Schedule.Once && !definition.monitorExecution()) {
                throw new InvalidSettingException(
                        job + "." + JobKey.MONITOR_EXECUTION.key(),
                        "false",
                        "does not go with at=: without records nobody can tell when it has run");
            }
            sent.set(true);
            Write create = new Write.Create(path, StoredJobCodec.encode(made), Write.Life.PERSISTENT);
            return Changes.Decision.write(List.of(create), done -> {
                outbox.publish(new ElasticJobEvent.JobChanged(job, "created", by));
                answer.complete(true);
            });
        });
    }

    private static Set<JobKey> withHandler(Set<JobKey> keys) {
        Set<JobKey> all = new TreeSet<>(keys);
        all.add(JobKey.HANDLER);
        return all;
    }

    void remove(String job, Operator by, CompletableFuture<Boolean> answer) {
        JobState known = jobTable.job(job).orElse(null);
        long life = known == null ? 0 : known.life();
        changes.make(answer, List.of(layout.job(job), layout.records(job, life)), reads -> {
            if (!(reads.get(0) instanceof Read.Present present)) {
                if (known != null) {
                    return Changes.Decision.answer(false); // it was there, and is gone, as was asked for
                }
                throw new NoSuchJobException(job);
            }
            Set<Long> triggers =
                    known == null ? Set.of() : known.knownTriggers().keySet();
            if (present.stat().created() != life) {
                presence.usable().ifPresent(over -> jobTable.reread(over, List.of(job)));
                outbox.alarm(Changes.PAUSE, () -> remove(job, by, answer)); // its records are elsewhere
                return Changes.Decision.later();
            }
            if (present.stat().children() != triggers.size()) {
                presence.usable().ifPresent(over -> jobTable.reread(over, List.of(job)));
                return Changes.Decision.again();
            }
            int folder =
                    reads.get(1) instanceof Read.Present there ? there.stat().version() : -1;
            List<Write> writes = Removal.of(layout, job, life, present.stat().version(), folder, triggers);
            return Changes.Decision.write(writes, done -> {
                outbox.publish(new ElasticJobEvent.JobChanged(job, "removed", by));
                answer.complete(true);
            });
        });
    }

    // ---- Instances ------------------------------------------------------------------------------------------------

    void drain(String instance, Operator by, CompletableFuture<Boolean> answer) {
        command(instance, new Instance.Drain(by.who(), presence.registryNow(), by.why()), answer);
    }

    void resume(String instance, CompletableFuture<Boolean> answer) {
        command(instance, null, answer);
    }

    private void command(String wanted, Instance.@Nullable Drain drain, CompletableFuture<Boolean> answer) {
        if (presence.usable().isEmpty() || !roster.isComplete()) {
            answer.completeExceptionally(
                    new RegistryException("The live instances are not known at present; nothing was changed"));
            return;
        }
        List<Instance> meant = roster.instances().stream()
                .filter(instance ->
                        instance.id().equals(wanted) || instance.name().equals(wanted))
                .toList();
        if (meant.size() != 1) {
            Set<String> names = roster.instances().stream().map(Instance::name).collect(Collectors.toSet());
            answer.completeExceptionally(new InvalidSettingException(
                    "instance",
                    wanted,
                    meant.isEmpty()
                            ? "is neither id nor name of a live instance" + NearestName.hint(wanted, names)
                            : "is the name of several live instances: use the id of one"));
            return;
        }
        String id = meant.get(0).id();
        String path = layout.instance(id);
        changes.make(answer, List.of(path), reads -> {
            if (!(reads.get(0) instanceof Read.Present present)) {
                throw new RegistryException("The instance " + id + " is gone, or has come back under another id");
            }
            Decoded<Instance> decoded = InstanceCodec.decode(id, present.stat().created(), present.data());
            if (!(decoded instanceof Decoded.Value<Instance> value)) {
                throw new OperationRefusedException("What " + id + " shows of itself can not be read by this version");
            }
            if (value.value().drained().isPresent() == (drain != null)) {
                return Changes.Decision.answer(false);
            }
            Instance.State state = drain == null ? Instance.State.UP : Instance.State.DRAINING;
            byte[] next = InstanceCodec.encode(value.value().withState(state, drain));
            return Changes.Decision.write(
                    List.of(new Write.Put(path, next, present.stat().version())), done -> answer.complete(true));
        });
    }
}
