package io.elasticjob.kubernetes.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Properties below {@code elasticjob.kubernetes.known-deaths}. */
@ConfigurationProperties("elasticjob.kubernetes.known-deaths")
public class KnownDeathsProperties {

    /**
     * Whether a terminated container of an instance counts as its death, so that its shards are failed over without waiting for
     * the end of its session. Needs to read pods of its namespace.
     */
    private boolean enabled;

    /** Name of the pod in which the application runs. The host name by default, which is the pod's name. */
    private @Nullable String pod;

    /** Name of the container in which the application runs; needed where its pod has several. */
    private @Nullable String container;

    /** Labels of the pods in which instances run, such as app=shop. All pods of the namespace by default. */
    private @Nullable String selector;

    public boolean isEnabled() {
        return enabled;
    }

    public void setEnabled(boolean value) {
        enabled = value;
    }

    public @Nullable String getPod() {
        return pod;
    }

    public void setPod(@Nullable String value) {
        pod = value;
    }

    public @Nullable String getContainer() {
        return container;
    }

    public void setContainer(@Nullable String value) {
        container = value;
    }

    public @Nullable String getSelector() {
        return selector;
    }

    public void setSelector(@Nullable String value) {
        selector = value;
    }
}
