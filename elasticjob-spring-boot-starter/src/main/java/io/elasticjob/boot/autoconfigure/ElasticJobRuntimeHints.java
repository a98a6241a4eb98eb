package io.elasticjob.boot.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;

/** What the engine and its libraries look for by name, whatever the application: for a native image. */
final class ElasticJobRuntimeHints implements RuntimeHintsRegistrar {

    static final String SCHEMAS = "io/elasticjob/boot/history/*.sql";

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.resources().registerPattern(SCHEMAS);
        hints.resources().registerPattern("org/quartz/core/quartz-build.properties");
        for (String madeByName : new String[] {
            "org.apache.zookeeper.ClientCnxnSocketNIO",
            "org.apache.zookeeper.ClientCnxnSocketNetty",
            "org.apache.zookeeper.metrics.impl.DefaultMetricsProvider",
            "org.apache.zookeeper.metrics.impl.NullMetricsProvider",
            "org.apache.zookeeper.server.NIOServerCnxnFactory",
            "org.apache.zookeeper.server.auth.X509AuthenticationProvider",
            "org.apache.zookeeper.server.watch.WatchManager"
        }) {
            hints.reflection()
                    .registerTypeIfPresent(classLoader, madeByName, MemberCategory.INVOKE_DECLARED_CONSTRUCTORS);
        }
        virtualThreads(hints);
    }

    /** Java 21's, which code for Java 17 reaches by reflection. */
    private static void virtualThreads(RuntimeHints hints) {
        hints.reflection()
                .registerType(
                        Thread.class,
                        thread -> thread.withMethod("ofVirtual", java.util.List.of(), ExecutableMode.INVOKE));
        hints.reflection()
                .registerType(TypeReference.of("java.lang.Thread$Builder"), MemberCategory.INVOKE_PUBLIC_METHODS);
    }
}
