package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobDefinition;
import io.elasticjob.LabelSelector;
import io.elasticjob.view.JobView;
import java.util.Map;
import java.util.Set;

/**
 * Who may look at a part of a namespace, or steer it. A part is what belongs to some applications, or asks for some labels.
 *
 * @param role whose it is
 * @param isToOperate whether it may be steered as well
 * @param applications names; none when labels say it alone
 * @param labels that a job has to require of its instances, all of them; that an instance has to have
 */
public record Grant(String role, boolean isToOperate, Set<String> applications, Map<String, String> labels) {

    public Grant {
        applications = Set.copyOf(applications);
        labels = Map.copyOf(labels);
    }

    boolean covers(JobView job) {
        JobDefinition effective = job.definition();
        return covers(job.stored().application())
                && (labels.isEmpty()
                        || effective != null
                                && requiresAll(effective.placement().labels()));
    }

    private boolean requiresAll(LabelSelector asked) {
        return labels.entrySet().stream().allMatch(label -> asked.requires(label.getKey(), label.getValue()));
    }

    boolean covers(String application, Map<String, String> shown) {
        return covers(application) && shown.entrySet().containsAll(labels.entrySet());
    }

    boolean covers(String application) {
        return applications.isEmpty() || applications.contains(application);
    }
}
