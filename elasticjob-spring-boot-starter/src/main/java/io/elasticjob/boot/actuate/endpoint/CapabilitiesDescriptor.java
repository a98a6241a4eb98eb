package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.engine.JobEngine;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.view.NamespaceView;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What the endpoint can do, and what the one who asks may.
 *
 * @param namespace null where there is no job
 * @param instance id of the one that answers; null while it is not registered
 * @param version of this project; null when it was not packed
 * @param user who asks; null when nobody is known
 * @param history whose executions are kept; null where none are
 * @param lists what can be read, below the endpoint
 * @param aspects what can be read below a job
 * @param operations what can be done, by request
 */
public record CapabilitiesDescriptor(
        @Nullable String namespace,
        @Nullable String application,
        @Nullable String instance,
        @Nullable String version,
        @Nullable String user,
        May may,
        ExecutionHistory.@Nullable Scope history,
        List<String> lists,
        List<String> aspects,
        Map<String, List<String>> operations)
        implements OperationResponseBody {

    /**
     * What the one who asks may do. With grants, each job in a list says whether it may be operated.
     *
     * @param change whether the endpoint offers changes at all: {@code management.endpoint.elasticjob.access}
     * @param viewEverything whether all jobs and instances are shown
     * @param operate whether some may be changed and run
     * @param operateEverything whether all may be, and jobs be created and transferred
     * @param seeValues whether parameters are shown of the jobs that may be operated
     */
    record May(boolean change, boolean viewEverything, boolean operate, boolean operateEverything, boolean seeValues) {}

    /**
     * Where it comes from.
     *
     * @param isChangeable whether the endpoint offers changes
     * @param history whose executions are kept; null where none are
     */
    public record Source(BooleanSupplier isChangeable, Supplier<ExecutionHistory.@Nullable Scope> history) {

        /** Of an endpoint that offers changes and has no history. */
        static final Source PLAIN = new Source(() -> true, () -> null);

        CapabilitiesDescriptor of(Optional<NamespaceView> view, Rights rights, Offered offered) {
            boolean changes = isChangeable.getAsBoolean();
            return new CapabilitiesDescriptor(
                    view.map(NamespaceView::namespace).orElse(null),
                    view.map(NamespaceView::application).orElse(null),
                    view.flatMap(one -> one.status().instance()).orElse(null),
                    JobEngine.class.getPackage().getImplementationVersion(),
                    rights.who().isEmpty() ? null : rights.who(),
                    new May(
                            changes,
                            rights.everything().isViewed(),
                            changes && rights.mayOperateAnything(),
                            changes && rights.everything().isOperated(),
                            rights.isShownValues()),
                    history.get(),
                    List.copyOf(offered.lists()),
                    List.copyOf(offered.aspects()),
                    sorted(offered.operations()));
        }

        private static Map<String, List<String>> sorted(Map<String, ? extends Collection<String>> operations) {
            Map<String, List<String>> sorted = new TreeMap<>();
            operations.forEach((request, names) -> sorted.put(request, List.copyOf(names)));
            return sorted;
        }
    }

    /** What the endpoint can do. */
    record Offered(
            Collection<String> lists,
            Collection<String> aspects,
            Map<String, ? extends Collection<String>> operations) {}
}
