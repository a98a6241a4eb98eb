package io.elasticjob.kubernetes.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.kubernetes.JobTemplate;
import io.elasticjob.kubernetes.TemplateFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;

/** All templates of the application: beans, manifests by their names, and those of the folder. Of one name, the first counts. */
final class DeclaredTemplates implements Supplier<Map<String, JobTemplate>>, AutoCloseable {

    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final String KEY = "elasticjob.kubernetes.templates";
    private static final String FOLDER = "elasticjob.kubernetes.template-folder";

    private final Map<String, JobTemplate> fixed;
    private final @Nullable TemplateFolder folder;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "elasticjob-kubernetes-templates");
        daemon.setDaemon(true);
        return daemon;
    });

    private DeclaredTemplates(Map<String, JobTemplate> fixed, @Nullable TemplateFolder folder) {
        this.fixed = Map.copyOf(fixed);
        this.folder = folder;
        if (folder != null) {
            thread.scheduleWithFixedDelay(folder::refresh, AGAIN.toMillis(), AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    static DeclaredTemplates of(Map<String, JobTemplate> beans, ElasticJobKubernetesProperties properties) {
        Map<String, JobTemplate> fixed = new HashMap<>();
        properties.getTemplates().forEach((name, manifest) -> fixed.put(name, read(name, manifest)));
        fixed.putAll(beans);
        Path folder = properties.getTemplateFolder();
        return new DeclaredTemplates(fixed, folder == null ? null : read(folder));
    }

    private static JobTemplate read(String name, Resource manifest) {
        String key = KEY + "." + name;
        try {
            return JobTemplate.parse(manifest.getContentAsString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new InvalidSettingException(key, manifest.getDescription(), "cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(key, manifest.getDescription(), "is no template: " + e.getMessage());
        }
    }

    private static TemplateFolder read(Path folder) {
        try {
            return TemplateFolder.of(folder);
        } catch (IOException e) {
            throw new InvalidSettingException(FOLDER, folder.toString(), "must be a folder that can be read: " + e);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(FOLDER, folder.toString(), "has what is no template: " + e.getMessage());
        }
    }

    @Override
    public Map<String, JobTemplate> get() {
        if (folder == null) {
            return fixed;
        }
        Map<String, JobTemplate> all = new HashMap<>(folder.get());
        all.putAll(fixed);
        return all;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
