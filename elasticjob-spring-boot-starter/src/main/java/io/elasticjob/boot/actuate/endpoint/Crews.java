package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.RegistryException;
import io.elasticjob.history.ExecutionRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The workers behind instances that are crews of a gateway, as far as the answering instance knows them. */
final class Crews {

    /** A label of instances that are crews, with the crew's name. */
    static final String LABEL = "elasticjob.crew";

    private final @Nullable WorkersReader reader;
    private final Duration patience;

    Crews(@Nullable WorkersReader reader, Duration patience) {
        this.reader = reader;
        this.patience = patience;
    }

    /**
     * A worker of a crew.
     *
     * @param running how many executions it holds
     */
    record WorkerDescriptor(String id, String name, String client, int slots, int running) {}

    /** By the id of the instance that their crew is. */
    Map<String, List<WorkerDescriptor>> byInstance() {
        return attached().stream()
                .collect(Collectors.groupingBy(
                        WorkersReader.Attached::instance,
                        Collectors.mapping(
                                worker -> new WorkerDescriptor(
                                        worker.id(),
                                        worker.name(),
                                        worker.client(),
                                        worker.slots(),
                                        worker.executions().size()),
                                Collectors.toList())));
    }

    /** Gives the name of the worker that holds an execution; null where that is not known. */
    Function<ExecutionRecord.Identity, @Nullable String> holders() {
        List<WorkersReader.Attached> attached = attached();
        return execution -> attached.stream()
                .filter(worker -> worker.executions().contains(execution))
                .map(WorkersReader.Attached::name)
                .findFirst()
                .orElse(null);
    }

    /** None when the gateway gives no answer: the rest is worth to be shown. */
    private List<WorkersReader.Attached> attached() {
        try {
            return reader == null ? List.of() : Answers.within(patience, reader.workers());
        } catch (RegistryException | IllegalStateException noAnswer) {
            return List.of();
        }
    }
}
