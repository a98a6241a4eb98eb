package io.elasticjob.boot.actuate.endpoint;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.util.ClassUtils;

/** The answers of the endpoint, which Jackson reads by reflection: for a native image. */
final class EndpointHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        if (ClassUtils.isPresent("org.springframework.boot.actuate.endpoint.OperationResponseBody", classLoader)) {
            new BindingReflectionHintsRegistrar().registerReflectionHints(hints.reflection(), Present.types());
        }
    }

    /** Loaded only where the actuator is. */
    private static final class Present {

        static Class<?>[] types() {
            return new Class<?>[] {
                AssignmentDescriptor.class,
                AuditReader.AuditDescriptor.class,
                CancelDescriptor.class,
                RerunDescriptor.class,
                RerunDescriptor.Rerun.class,
                CapabilitiesDescriptor.class,
                ChainsDescriptor.class,
                ChangesDescriptor.class,
                DemandReader.DemandDescriptor.class,
                DemandReader.HandlerDemand.class,
                EndpointReads.InstancesDescriptor.class,
                ElasticJobEndpointWebExtension.Problem.class,
                ExecutionsDescriptor.class,
                ExplanationDescriptor.class,
                ExportDescriptor.class,
                FireTimesDescriptor.class,
                FiringsDescriptor.class,
                InstanceDescriptor.class,
                JobDetailDescriptor.class,
                JobsDescriptor.class,
                LogDescriptor.class,
                ManyDescriptor.class,
                NamespaceDescriptor.class,
                OverviewDescriptor.class,
                PreviewDescriptor.class,
                SnapshotDescriptor.class,
                StatisticsDescriptor.class,
                TriggerDescriptor.class,
                TriggerDescriptor.Accepted.class
            };
        }
    }
}
