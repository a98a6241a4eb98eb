package io.elasticjob.kubernetes.autoconfigure;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.core.io.Resource;

/** Settings of Kubernetes as a cluster that runs firings. */
@ConfigurationProperties("elasticjob.kubernetes")
public class ElasticJobKubernetesProperties {

    /** Whether jobs of this application can run in Kubernetes. */
    private boolean enabled;

    /** Name of the cluster, for jobs. The same in all applications that use the same cluster, and for ever. */
    private String name = "kubernetes";

    /**
     * Namespace of Kubernetes in which Jobs are created. By default that of the pod in which the application runs, or that of the
     * current context of the kubeconfig.
     */
    private @Nullable String namespace;

    /** Requests to the API server a second at most, on average. Twice as many at once after a pause. */
    private int callsPerSecond = 20;

    /** Templates of Jobs by their names: where their manifests are, such as classpath:resize.yaml. */
    private final Map<String, Resource> templates = new LinkedHashMap<>();

    /**
     * Folder with manifests of Jobs, such as a mounted ConfigMap: resize.yaml is the template 'resize'. Changed files are read
     * again within seconds.
     */
    private @Nullable Path templateFolder;

    public boolean isEnabled() {
        return enabled;
    }

    public void setEnabled(boolean value) {
        enabled = value;
    }

    public String getName() {
        return name;
    }

    public void setName(String value) {
        name = value;
    }

    public @Nullable String getNamespace() {
        return namespace;
    }

    public void setNamespace(@Nullable String value) {
        namespace = value;
    }

    public int getCallsPerSecond() {
        return callsPerSecond;
    }

    public void setCallsPerSecond(int value) {
        callsPerSecond = value;
    }

    public Map<String, Resource> getTemplates() {
        return templates;
    }

    public @Nullable Path getTemplateFolder() {
        return templateFolder;
    }

    public void setTemplateFolder(@Nullable Path value) {
        templateFolder = value;
    }
}
