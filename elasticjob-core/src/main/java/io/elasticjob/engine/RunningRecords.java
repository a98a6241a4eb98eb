package io.elasticjob.engine;

import io.elasticjob.ExecutionId;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Read;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which executions are running as their records say, whoever runs them. Confined to the loop. */
final class RunningRecords {

    private final Layout layout;
    private final Registration registration;
    private final Outbox outbox;

    RunningRecords(Layout layout, Registration registration, Outbox outbox) {
        this.layout = layout;
        this.registration = registration;
        this.outbox = outbox;
    }

    void ask(Set<ExecutionId> asked, Question<Set<ExecutionId>> question) {
        Connection over = registration.usable().orElse(null);
        if (over == null) {
            outbox.refuse(question, new RegistryException("There is no connection at present"));
            return;
        }
        List<ExecutionId> ids = asked.stream().filter(RunningRecords::isName).toList();
        List<String> paths = ids.stream()
                .map(id -> layout.record(id.job(), id.life(), id.shard()))
                .toList();
        outbox.readCaughtUp(over, paths, result -> {
            if (!(result instanceof Result.Told<List<Read>> told)) {
                outbox.refuse(question, new RegistryException("The records could not be read"));
                return;
            }
            Set<ExecutionId> running = new LinkedHashSet<>(asked);
            ids.forEach(running::remove); // what is no name of ours is left alone
            for (int i = 0; i < ids.size(); i++) {
                if (isRunning(ids.get(i), told.answer().get(i))) {
                    running.add(ids.get(i));
                }
            }
            outbox.answer(question, running);
        });
    }

    static boolean isName(ExecutionId id) {
        return !id.job().contains("/")
                && Layout.lifeNamed(id.job() + "@" + id.life()).isPresent();
    }

    private static boolean isRunning(ExecutionId id, Read read) {
        if (!(read instanceof Read.Present present)) {
            return !(read instanceof Read.Absent);
        }
        Decoded<ShardRecord> decoded = ShardRecordCodec.decode(present.data());
        if (!(decoded instanceof Decoded.Value<ShardRecord> value)) {
            return true; // nobody can tell
        }
        return value.value().state() instanceof ShardState.Running running
                && running.attempt().firing().identity().equals(id.firing())
                && running.attempt().number() == id.attempt();
    }
}
