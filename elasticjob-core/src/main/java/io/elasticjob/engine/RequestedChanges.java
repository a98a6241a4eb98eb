package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.RegistryException;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.ChainCheck;
import io.elasticjob.coordination.Demand;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.UnknownNameException;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.registry.Write;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.text.NearestName;
import io.elasticjob.text.VisibleText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What operators ask for, but for triggers: each is a change of one node, decided from what is read and written by
 * compare-and-set. All of them can be repeated, so that one whose answer was lost is simply decided anew. What is answered
 * is whether this try has changed anything. Confined to the loop.
 */
final class RequestedChanges {

    /** So many triggers are deleted in one transaction. */
    private static final int TRIGGERS_AT_ONCE = 1_000;

    private final Layout layout;
    private final Registration registration;
    private final Roster roster;
    private final JobTable jobTable;
    private final Changes changes;
    private final Outbox outbox;
    private final Supplier<String> lives;

    /** @param lives gives each job that is made a life of its own */
    RequestedChanges(
            Layout layout,
            Registration registration,
            Roster roster,
            JobTable jobTable,
            Changes changes,
            Outbox outbox,
            Supplier<String> lives) {
        this.layout = layout;
        this.registration = registration;
        this.roster = roster;
        this.jobTable = jobTable;
        this.changes = changes;
        this.outbox = outbox;
        this.lives = lives;
    }

    // ---- Settings -------------------------------------------------------------------------------------------------

    void configure(String job, Map<JobKey, String> values, Operator by, Question<Boolean> answer) {
        String what = "configured "
                + values.entrySet().stream()
                        .map(set -> inWords(set.getKey(), set.getValue()))
                        .collect(Collectors.joining(", "));
        change(job, what, by, answer, stored -> {
            StoredJob next = stored.configured(values, by, outbox.time().registryNow(), registration.leadTime());
            check(next.effective(), values.keySet());
            return next;
        });
    }

    void reset(String job, Set<JobKey> keys, Operator by, Question<Boolean> answer) {
        String what = "reset "
                + (keys.isEmpty() ? "all" : keys.stream().map(JobKey::key).collect(Collectors.joining(", ")));
        change(
                job,
                what,
                by,
                answer,
                stored -> stored.reset(keys, outbox.time().registryNow(), registration.leadTime()));
    }

    void set(String job, JobPart part, boolean on, Operator by, Question<Boolean> answer) {
        change(job, (on ? "enabled " : "disabled ") + inWords(part), by, answer, stored -> {
            if (part instanceof JobPart.OnInstance instance) {
                requireKnown(stored, instance.name());
            }
            return stored.switched(part, on, by, outbox.time().registryNow(), registration.leadTime());
        });
    }

    void transfer(String job, String application, Operator by, Question<Boolean> answer) {
        change(job, "transferred to " + application, by, answer, stored -> {
            Set<String> declaring = roster.instances().stream()
                    .filter(instance -> instance.declares().contains(job))
                    .map(Instance::application)
                    .collect(Collectors.toCollection(TreeSet::new));
            if (!application.equals(stored.application()) && !declaring.contains(application)) {
                throw new InvalidSettingException(
                        "application",
                        application,
                        "has no live instance that declares " + job + NearestName.hint(application, declaring));
            }
            return stored.transferred(application);
        });
    }

    private static String inWords(JobKey key, String value) {
        return key.key() + (key.isConfidential() ? "" : "=" + VisibleText.of(value, 200));
    }

    private static String inWords(JobPart part) {
        if (part instanceof JobPart.Shard shard) {
            return "shard " + shard.item();
        }
        return part instanceof JobPart.OnInstance instance ? "on " + instance.name() : "as a whole";
    }

    private void requireKnown(StoredJob stored, String name) {
        Set<String> live = roster.instances().stream().map(Instance::name).collect(Collectors.toSet());
        if (!live.contains(name) && stored.switches().off(name).isEmpty()) {
            throw new UnknownNameException("instance", name, "is not the name of a live instance", () -> live);
        }
    }

    private void change(
            String job, String what, Operator by, Question<Boolean> answer, UnaryOperator<StoredJob> change) {
        String path = layout.job(job);
        new GuardedChange(job, layout, registration, jobTable).make(changes, answer, List.of(), (found, none) -> {
            Read.Present present = found.node();
            StoredJob stored = stored(job, present);
            StoredJob next = change.apply(stored);
            if (stored.saysTheSameAs(next)) {
                return Changes.Decision.answer(false);
            }
            Write put = new Write.Put(
                    path,
                    StoredJobCodec.encodeChecked(next, present.data().length),
                    present.stat().version());
            return Changes.Decision.write(List.of(put, found.job().life().guard()), done -> {
                outbox.publish(new ElasticJobEvent.JobChanged(job, what, by));
                outbox.answer(answer, true);
            });
        });
    }

    private static StoredJob stored(String job, Read.Present present) {
        Decoded<StoredJob> decoded = StoredJobCodec.decode(job, present.data());
        if (decoded instanceof Decoded.Value<StoredJob> value) {
            return value.value();
        }
        throw new OperationRefusedException("The stored job " + job + " cannot be read by this version: "
                + (decoded instanceof Decoded.Broken<StoredJob> broken ? broken.reason() : "a later one wrote it"));
    }

    private void check(JobDefinition definition, Set<JobKey> changed) {
        Demand.check(
                definition,
                changed,
                roster.instances(),
                StrategyCatalog.builtIn().names(),
                registration.usable().orElseThrow().session().timeout(),
                outbox.time().registryNow());
        if (changed.contains(JobKey.AFTER) || changed.contains(JobKey.JOIN)) {
            ChainCheck.checkKnown(definition, this::known, names());
        }
    }

    private Set<String> names() {
        return jobTable.jobs().stream().map(JobState::name).collect(Collectors.toSet());
    }

    private @Nullable JobDefinition known(String job) {
        JobState state = jobTable.find(job);
        return state == null ? null : state.definition();
    }

    // ---- Jobs that come and go ------------------------------------------------------------------------------------

    void create(String job, Map<JobKey, String> settings, Operator by, Question<Boolean> answer) {
        String path = layout.job(job);
        AtomicBoolean sent = new AtomicBoolean();
        String life = lives.get();
        changes.make(answer, List.of(path), reads -> {
            Instant now = outbox.time().registryNow();
            StoredJob made = StoredJob.made(job, settings, by, now).born(life);
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
                        "No answer from ZooKeeper in time; " + job + " may or may not have been created and have run");
            }
            check(definition, withHandler(settings.keySet(), definition.handlerKey()));
            if (definition.schedule() instanceof Schedule.Once && !definition.monitorExecution()) {
                throw new InvalidSettingException(
                        job + "." + JobKey.MONITOR_EXECUTION.key(),
                        "false",
                        "conflicts with at=: without records no instance knows when it has run");
            }
            sent.set(true);
            Write create = new Write.Create(path, StoredJobCodec.encodeChecked(made, 0), Write.Life.PERSISTENT);
            Write folder = Life.creation(layout, job, life);
            return Changes.Decision.write(List.of(create, folder), done -> {
                outbox.publish(new ElasticJobEvent.JobChanged(job, "created", by));
                outbox.answer(answer, true);
            });
        });
    }

    private static Set<JobKey> withHandler(Set<JobKey> keys, JobKey handler) {
        Set<JobKey> all = new TreeSet<>(keys);
        all.add(handler);
        return all;
    }

    void remove(String job, Operator by, Question<Boolean> answer) {
        if (changes.begin(answer)) {
            Removing removing = new Removing(job, by, answer);
            changes.goOn(answer, removing::paths, removing);
        }
    }

    /** The triggers go first, in portions where there are many: whoever asked for the removal asked for that. */
    private final class Removing implements Changes.Plan<Boolean> {

        private final String job;
        private final Operator by;
        private final Question<Boolean> answer;
        /** Numbers of triggers that were deleted, and may not have been heard of as gone yet. */
        private final Set<Long> gone = new TreeSet<>();

        /** As it was known here when the paths were last asked for. */
        private @Nullable JobState known;
        /** The life that is to end. */
        private @Nullable String of;

        private Removing(String job, Operator by, Question<Boolean> answer) {
            this.job = job;
            this.by = by;
            this.answer = answer;
        }

        /** The records of another life are elsewhere. */
        private List<String> paths() {
            JobState now = jobTable.find(job);
            known = now;
            return List.of(now == null ? layout.job(job) : now.life().records(), layout.job(job));
        }

        @Override
        public Changes.Decision<Boolean> decide(List<Read> reads) {
            if (!(reads.get(1) instanceof Read.Present present)) {
                if (known != null) {
                    return Changes.Decision.answer(false); // it was there, and is gone, as was asked for
                }
                throw new NoSuchJobException(job);
            }
            JobState now = known;
            SortedSet<Long> triggers =
                    new TreeSet<>(now == null ? Set.of() : now.knownTriggers().keySet());
            triggers.removeAll(gone);
            boolean isKnown = now != null
                    && present.stat().created() == now.node().created()
                    && !now.life().isAnother(present);
            of = now == null || !isKnown ? of : now.life().require(of);
            if (now != null && isKnown && triggers.size() > TRIGGERS_AT_ONCE) {
                return removeSome(
                        now, present.stat().version(), triggers, () -> changes.goOn(answer, this::paths, this), gone);
            }
            if (now == null || !isKnown || present.stat().children() != triggers.size()) {
                String what = !isKnown
                        ? "This instance cannot read the stored job " + job + " at present"
                        : layout.job(job) + " has " + present.stat().children() + " children in ZooKeeper, and only "
                                + triggers.size() + " are triggers: delete what somebody else has created there";
                return Changes.Decision.hear(
                        what,
                        heard -> registration.usable().ifPresent(over -> jobTable.reread(over, List.of(job), heard)));
            }
            jobTable.foundRecords(now, reads.get(0), present);
            List<Write> writes = now.life()
                    .removal(
                            Life.Reason.REMOVED,
                            present.stat().version(),
                            triggers.stream().map(now::deletionOf).toList());
            return Changes.Decision.write(writes, done -> {
                outbox.publish(new ElasticJobEvent.JobChanged(job, "removed", by));
                outbox.answer(answer, true);
            });
        }
    }

    /** The last ones, which nobody runs soon: what is being run meanwhile is not in the way. */
    private Changes.Decision<Boolean> removeSome(
            JobState job, int version, SortedSet<Long> triggers, Runnable goOn, Set<Long> gone) {
        List<Long> last = List.copyOf(triggers)
                .subList(triggers.size() - Math.min(triggers.size(), TRIGGERS_AT_ONCE), triggers.size());
        List<Long> some = outbox.cut(
                        last, TRIGGERS_AT_ONCE, number -> RequestSize.of(layout.trigger(job.name(), number)))
                .get(0);
        List<Write> writes = new ArrayList<>();
        writes.add(new Write.Check(job.path(), version));
        writes.add(job.life().guard());
        some.forEach(number -> writes.add(job.deletionOf(number)));
        return Changes.Decision.write(writes, done -> {
            gone.addAll(some);
            goOn.run();
        });
    }

    // ---- Instances ------------------------------------------------------------------------------------------------

    void drain(String instance, Operator by, Question<Boolean> answer) {
        command(instance, new Instance.Drain(by.who(), outbox.time().registryNow(), by.why()), answer);
    }

    void resume(String instance, Question<Boolean> answer) {
        command(instance, null, answer);
    }

    private void command(String wanted, Instance.@Nullable Drain drain, Question<Boolean> answer) {
        if (registration.usable().isEmpty() || !roster.isComplete()) {
            outbox.refuse(
                    answer,
                    new RegistryException("The live instances are not known at the moment; nothing was changed"));
            return;
        }
        List<Instance> meant = roster.instances().stream()
                .filter(instance ->
                        instance.id().equals(wanted) || instance.name().equals(wanted))
                .toList();
        if (meant.size() != 1) {
            Set<String> names = roster.instances().stream().map(Instance::name).collect(Collectors.toSet());
            boolean isUnknown = meant.isEmpty();
            outbox.refuseBy(
                    answer,
                    () -> new InvalidSettingException(
                            "instance",
                            wanted,
                            isUnknown
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
                throw new OperationRefusedException("The node of instance " + id + " cannot be read by this version");
            }
            if (value.value().drained().isPresent() == (drain != null)) {
                return Changes.Decision.answer(false);
            }
            Instance.State state = drain == null ? Instance.State.UP : Instance.State.DRAINING;
            byte[] next = InstanceCodec.encode(value.value().withState(state, drain));
            return Changes.Decision.write(
                    List.of(new Write.Put(path, next, present.stat().version())), done -> outbox.answer(answer, true));
        });
    }
}
