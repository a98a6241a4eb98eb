package io.elasticjob.boot.discovery;

import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.boot.UnusableJobException;
import io.elasticjob.boot.scheduled.ScheduledMethods;
import io.elasticjob.boot.scheduled.ScheduledMethods.ScheduledMethod;
import io.elasticjob.boot.scheduled.ScheduledSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** The methods with Spring's {@code @Scheduled} that are to run as jobs. */
public final class ScheduledJobs implements AdditionalJobs {

    private static final Logger log = LoggerFactory.getLogger(ScheduledJobs.class);

    private final ConfigurableListableBeanFactory beans;
    private final Set<String> kept;

    /** @param kept methods that are none, as {@code Class.method} */
    public ScheduledJobs(ConfigurableListableBeanFactory beans, Set<String> kept) {
        this.beans = beans;
        this.kept = Set.copyOf(kept);
    }

    /**
     * {@inheritDoc}
     *
     * @throws UnusableJobException naming all methods that cannot be jobs, and names of methods to keep that are not there
     */
    @Override
    public List<AnnotatedJob> find() {
        List<AnnotatedJob> jobs = new ArrayList<>();
        List<String> obstacles = new ArrayList<>();
        Set<String> unknown = new TreeSet<>(kept);
        for (ScheduledMethod method : new ScheduledMethods(beans).find()) {
            if (unknown.remove(method.keptAs()) || kept.contains(method.keptAs())) {
                continue;
            }
            try {
                Map<JobKey, Setting> settings = settings(method);
                if (!settings.isEmpty()) {
                    jobs.add(job(method, settings));
                }
            } catch (IllegalArgumentException untranslatable) {
                obstacles.add("The " + method.origin() + " " + untranslatable.getMessage() + ".");
            }
        }
        unknown.forEach(name -> obstacles.add("elasticjob.scheduled.keep names " + name
                + ", which is no method with @Scheduled of this application."));
        if (!obstacles.isEmpty()) {
            throw new UnusableJobException(
                    "Not all methods with @Scheduled can run as jobs:\n  " + String.join("\n  ", obstacles),
                    "Change these methods, or list those that are to run on each instance in elasticjob.scheduled.keep, as"
                            + " Class.method.");
        }
        if (!jobs.isEmpty()) {
            log.info(
                    "Taken over from @Scheduled, to run once for all instances: {}",
                    jobs.stream().map(AnnotatedJob::name).collect(Collectors.joining(", ")));
        }
        return jobs;
    }

    private Map<JobKey, Setting> settings(ScheduledMethod method) {
        Map<JobKey, Setting> settings = new TreeMap<>();
        ScheduledSettings.of(method.scheduled(), this::resolved)
                .forEach((key, value) -> settings.put(key, new Setting(value, Setting.Source.CODE)));
        return settings;
    }

    private String resolved(String written) {
        String value = beans.resolveEmbeddedValue(written);
        return value == null ? "" : value;
    }

    private AnnotatedJob job(ScheduledMethod method, Map<JobKey, Setting> settings) {
        MethodJob.obstacle(method.method(), method.type()).ifPresent(obstacle -> {
            throw new IllegalArgumentException(obstacle.why());
        });
        MethodJob handler = new MethodJob(beans, method.bean(), method.method());
        return new AnnotatedJob(method.name(), method.origin(), settings, handler, handler.takesContext());
    }
}
