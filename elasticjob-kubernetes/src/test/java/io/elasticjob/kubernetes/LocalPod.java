package io.elasticjob.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A pod that is a process of this machine, with the variables and files of its first container. */
final class LocalPod {

    private final String uid;
    private final String job;
    private final int index;
    private final String name;
    private final Process process;
    private volatile boolean stopped;
    private volatile boolean disrupted;

    private LocalPod(Job job, int index, String name, Process process) {
        this.uid = job.getMetadata().getUid();
        this.job = job.getMetadata().getName();
        this.index = index;
        this.name = name;
        this.process = process;
        Long deadline = job.getSpec().getTemplate().getSpec().getActiveDeadlineSeconds();
        if (deadline != null) {
            process.onExit().orTimeout(deadline, TimeUnit.SECONDS).exceptionally(late -> {
                kill();
                return process;
            });
        }
    }

    static LocalPod begin(Job job, int index, String name, Path folder, Map<String, String> values) throws IOException {
        Container container =
                job.getSpec().getTemplate().getSpec().getContainers().get(0);
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", System.getenv("PATH"));
        variables.put("JOB_COMPLETION_INDEX", Integer.toString(index));
        for (EnvVar variable : container.getEnv()) {
            variables.put(variable.getName(), value(variable, variables, values));
        }
        for (VolumeMount mount : container.getVolumeMounts()) {
            Path mounted = Files.createDirectories(folder.resolve("mount"));
            for (Map.Entry<String, String> file : values.entrySet()) {
                Files.writeString(mounted.resolve(file.getKey()), file.getValue());
            }
            variables.replaceAll((variable, value) -> value.equals(mount.getMountPath()) ? mounted.toString() : value);
        }
        List<String> command = new ArrayList<>();
        container.getCommand().forEach(part -> command.add(expanded(part, variables)));
        container.getArgs().forEach(part -> command.add(expanded(part, variables)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().clear();
        builder.environment().putAll(variables);
        return new LocalPod(job, index, name, builder.start());
    }

    private static String value(EnvVar variable, Map<String, String> before, Map<String, String> values) {
        if (variable.getValueFrom() == null) {
            return expanded(variable.getValue() == null ? "" : variable.getValue(), before);
        }
        return values.get(variable.getValueFrom().getConfigMapKeyRef().getKey());
    }

    /** As Kubernetes does it: {@code $(NAME)} is the value of a variable before it, {@code $$} is {@code $}. */
    static String expanded(String text, Map<String, String> variables) {
        StringBuilder expanded = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            char next = at + 1 < text.length() ? text.charAt(at + 1) : 0;
            int end = next == '(' ? text.indexOf(')', at) : -1;
            if (text.charAt(at) != '$' || next != '$' && end < 0) {
                expanded.append(text.charAt(at));
            } else if (next == '$') {
                expanded.append('$');
                at++;
            } else {
                String name = text.substring(at + 2, end);
                expanded.append(variables.getOrDefault(name, "$(" + name + ")"));
                at = end;
            }
        }
        return expanded.toString();
    }

    String uid() {
        return uid;
    }

    String job() {
        return job;
    }

    int index() {
        return index;
    }

    String name() {
        return name;
    }

    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    Optional<Integer> exit() {
        return process.isAlive() ? Optional.empty() : Optional.of(process.exitValue());
    }

    boolean stopped() {
        return stopped;
    }

    boolean disrupted() {
        return disrupted;
    }

    void stop() {
        stopped = true;
        kill();
    }

    void disrupt() {
        disrupted = true;
        kill();
    }

    /** With what it has begun itself. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
