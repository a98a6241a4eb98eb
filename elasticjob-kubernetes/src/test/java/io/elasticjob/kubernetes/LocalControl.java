package io.elasticjob.kubernetes;

import io.elasticjob.Indexes;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * As much of Kubernetes as runs Jobs: the job controller, the garbage collector, the TTL controller and a kubelet, whose pods are
 * processes of this machine. It knows Indexed Jobs: suspension, parallelism, retries by index, deadlines of pods, rules for exit codes and
 * disruptions, deletion with pods in the foreground or the background.
 */
final class LocalControl implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LocalControl.class);

    private final KubernetesClient client;
    private final Path folder;
    private final Map<String, LocalPod> running = new ConcurrentHashMap<>();
    /** What is known of a Job, by its uid. */
    private final Map<String, Tally> tallies = new HashMap<>();

    private final Map<Integer, String> latest = new ConcurrentHashMap<>();
    private final Map<String, Integer> starts = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "local-control");
        daemon.setDaemon(true);
        return daemon;
    });
    private volatile boolean held;
    private int pods;

    private static final class Tally {
        private final TreeSet<Integer> succeeded = new TreeSet<>();
        private final TreeSet<Integer> failed = new TreeSet<>();
        private final Map<Integer, Integer> failures = new HashMap<>();
        private int failedPods;
    }

    LocalControl(RulesServer server, Path folder) {
        this.client = server.client(RulesServer.INTERNAL);
        this.folder = folder;
        server.logs(this::log);
        thread.scheduleWithFixedDelay(this::turn, 20, 20, TimeUnit.MILLISECONDS);
    }

    /** How often a task of a Job was begun. */
    int starts(String job, int index) {
        return starts.getOrDefault(job + "/" + index, 0);
    }

    /** What the latest pod of a task has printed. */
    Optional<String> printed(int index) {
        return latest.containsKey(index)
                ? log(latest.get(index)).map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                : Optional.empty();
    }

    /** How often a task with this index was begun, of whichever Job. */
    int starts(int index) {
        return starts.entrySet().stream()
                .filter(each -> each.getKey().endsWith("/" + index))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    /** Ends a pod of a task as a drained node does. */
    void disrupt(String job, int index) {
        running.values().stream()
                .filter(pod -> pod.job().equals(job) && pod.index() == index)
                .forEach(LocalPod::disrupt);
    }

    /** Does nothing more, as a controller that is away. */
    synchronized void hold() {
        held = true;
    }

    void goOn() {
        held = false;
    }

    private synchronized void turn() {
        if (held) {
            return;
        }
        try {
            // Before the Jobs: of what is listed here, an owner that there is is listed there.
            List<ConfigMap> maps = client.configMaps()
                    .inNamespace(RulesServer.NAMESPACE)
                    .list()
                    .getItems();
            List<Job> jobs = client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(RulesServer.NAMESPACE)
                    .list()
                    .getItems();
            collectOrphans(maps, jobs);
            jobs.forEach(this::look);
        } catch (RuntimeException e) {
            log.info("The next turn looks again: {}", e.toString());
        }
    }

    private void collectOrphans(List<ConfigMap> maps, List<Job> jobs) {
        List<String> uids = jobs.stream().map(job -> job.getMetadata().getUid()).toList();
        for (LocalPod pod : running.values()) {
            if (!uids.contains(pod.uid())) {
                pod.stop();
                if (pod.exit().isPresent()) {
                    remove(pod);
                }
            }
        }
        for (ConfigMap map : maps) {
            map.getMetadata().getOwnerReferences().stream()
                    .filter(owner -> !uids.contains(owner.getUid()))
                    .findFirst()
                    .ifPresent(owner -> client.resource(map).delete());
        }
    }

    private void look(Job job) {
        Tally tally = tallies.computeIfAbsent(job.getMetadata().getUid(), uid -> new Tally());
        List<LocalPod> pods = running.values().stream()
                .filter(pod -> pod.uid().equals(job.getMetadata().getUid()))
                .toList();
        boolean deleted = job.getMetadata().getDeletionTimestamp() != null;
        boolean suspended = Boolean.TRUE.equals(job.getSpec().getSuspend());
        for (LocalPod pod : pods) {
            if (deleted || suspended) {
                pod.stop();
            }
            pod.exit().ifPresent(code -> ended(job, pod, code, tally));
        }
        if (deleted) {
            if (running.values().stream()
                    .noneMatch(pod -> pod.uid().equals(job.getMetadata().getUid()))) {
                job.getMetadata().setFinalizers(List.of());
                client.resource(job).patch();
            }
            return;
        }
        if (isFinished(job)) {
            collect(job);
            return;
        }
        if (!suspended) {
            begin(job, tally);
        }
        tell(job, tally);
    }

    private void collect(Job job) {
        Instant finished = Instant.parse(job.getStatus().getConditions().get(0).getLastTransitionTime());
        Integer ttl = job.getSpec().getTtlSecondsAfterFinished();
        if (ttl != null && Duration.between(finished, Instant.now()).toSeconds() >= ttl) {
            client.pods()
                    .inNamespace(RulesServer.NAMESPACE)
                    .withLabel(Pods.OF_JOB, job.getMetadata().getUid())
                    .delete();
            client.resource(job).delete();
        }
    }

    private void begin(Job job, Tally tally) {
        int active = (int) running.values().stream()
                .filter(pod -> pod.uid().equals(job.getMetadata().getUid()))
                .count();
        for (int index = 0;
                index < job.getSpec().getCompletions() && active < job.getSpec().getParallelism();
                index++) {
            int task = index;
            boolean busy = running.values().stream()
                    .anyMatch(pod -> pod.uid().equals(job.getMetadata().getUid()) && pod.index() == task);
            if (!busy && !tally.succeeded.contains(index) && !tally.failed.contains(index) && begin(job, index)) {
                active++;
            }
        }
    }

    private boolean begin(Job job, int index) {
        Optional<Map<String, String>> values = values(job);
        if (values.isEmpty()) {
            return false; // as a pod that waits for its volume
        }
        String name = job.getMetadata().getName() + "-" + index + "-" + pods++;
        try {
            Path place = Files.createDirectories(folder.resolve(name));
            LocalPod pod = LocalPod.begin(job, index, name, place, values.get());
            Pod object = new PodBuilder()
                    .withNewMetadata()
                    .withName(name)
                    .withNamespace(RulesServer.NAMESPACE)
                    .addToLabels(Pods.OF_JOB, job.getMetadata().getUid())
                    .addToLabels(Pods.OF_JOB_NAME, job.getMetadata().getName())
                    .addToLabels(Pods.INDEX, Integer.toString(index))
                    .endMetadata()
                    .withSpec(job.getSpec().getTemplate().getSpec())
                    .withNewStatus()
                    .withPhase("Running")
                    .endStatus()
                    .build();
            client.resource(object).create();
            running.put(name, pod);
            latest.put(index, name);
            starts.merge(job.getMetadata().getName() + "/" + index, 1, Integer::sum);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is in the ConfigMap of its volume; empty when that is not there yet. */
    private Optional<Map<String, String>> values(Job job) {
        return job.getSpec().getTemplate().getSpec().getVolumes().stream()
                .filter(volume -> volume.getConfigMap() != null)
                .findFirst()
                .map(volume -> Optional.ofNullable(client.configMaps()
                                .inNamespace(RulesServer.NAMESPACE)
                                .withName(volume.getConfigMap().getName())
                                .get())
                        .map(ConfigMap::getData))
                .orElseGet(() -> Optional.of(Map.of()));
    }

    private void ended(Job job, LocalPod pod, int code, Tally tally) {
        remove(pod);
        if (code == 0) {
            tally.succeeded.add(pod.index());
            return;
        }
        String action = action(job, pod, code);
        if (pod.stopped() || action.equals("Ignore")) {
            return;
        }
        tally.failedPods++;
        int failures = tally.failures.merge(pod.index(), 1, Integer::sum);
        if (action.equals("FailIndex") || failures > job.getSpec().getBackoffLimitPerIndex()) {
            tally.failed.add(pod.index());
        }
    }

    private static String action(Job job, LocalPod pod, int code) {
        for (PodFailurePolicyRule rule : job.getSpec().getPodFailurePolicy().getRules()) {
            boolean matches = rule.getOnExitCodes() == null
                    ? pod.disrupted()
                    : rule.getOnExitCodes().getValues().contains(code)
                            == rule.getOnExitCodes().getOperator().equals("In");
            if (matches) {
                return rule.getAction();
            }
        }
        return "Count";
    }

    private void remove(LocalPod pod) {
        running.remove(pod.name());
        var there = client.pods().inNamespace(RulesServer.NAMESPACE).withName(pod.name());
        if (pod.stopped()) {
            there.delete();
            return;
        }
        Pod object = there.get();
        if (object != null) {
            object.getStatus().setPhase(pod.exit().orElse(1) == 0 ? "Succeeded" : "Failed");
            client.resource(object).patchStatus();
        }
    }

    private void tell(Job job, Tally tally) {
        String uid = job.getMetadata().getUid();
        int active = (int)
                running.values().stream().filter(pod -> pod.uid().equals(uid)).count();
        boolean over = active == 0
                && tally.succeeded.size() + tally.failed.size() == job.getSpec().getCompletions();
        List<JobCondition> conditions = new ArrayList<>();
        if (over) {
            conditions.add(new JobConditionBuilder()
                    .withType(tally.failed.isEmpty() ? "Complete" : "Failed")
                    .withStatus("True")
                    .withLastTransitionTime(Instant.now()
                            .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                            .toString())
                    .withReason(tally.failed.isEmpty() ? "CompletionsReached" : "FailedIndexes")
                    .withMessage(tally.failed.isEmpty() ? "Reached expected number" : "Job has failed indexes")
                    .build());
        }
        JobStatus status = new JobStatusBuilder()
                .withActive(active)
                .withReady(active)
                .withTerminating(0)
                .withSucceeded(tally.succeeded.size())
                .withFailed(tally.failedPods)
                .withCompletedIndexes(Indexes.of(tally.succeeded).text())
                .withFailedIndexes(Indexes.of(tally.failed).text())
                .withConditions(conditions)
                .build();
        if (!Objects.equals(status, job.getStatus())) {
            job.setStatus(status);
            client.resource(job).patchStatus();
        }
    }

    private static boolean isFinished(Job job) {
        return job.getStatus() != null && !job.getStatus().getConditions().isEmpty();
    }

    private Optional<byte[]> log(String pod) {
        Path log = folder.resolve(pod).resolve("log");
        try {
            return Files.exists(log) ? Optional.of(Files.readAllBytes(log)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        running.values().forEach(LocalPod::kill);
        client.close();
    }
}
