package io.elasticjob.kubernetes;

import io.elasticjob.Firing;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.RunId;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Templates and runs for tests. */
final class Templates {

    /** As the documentation has it. */
    static final String RESIZE = """
            apiVersion: batch/v1
            kind: Job
            metadata:
              labels:
                team: images
            spec:
              template:
                spec:
                  enableServiceLinks: false
                  automountServiceAccountToken: false
                  securityContext:
                    runAsNonRoot: true
                    runAsUser: 1000
                    seccompProfile:
                      type: RuntimeDefault
                  containers:
                    - name: resize
                      image: registry.example.org/resize:1.0
                      command: [/app/resize]
                      args: ["--quality=80"]
                      resources:
                        requests:
                          cpu: 500m
                          memory: 256Mi
                        limits:
                          memory: 256Mi
                      securityContext:
                        allowPrivilegeEscalation: false
                        readOnlyRootFilesystem: true
                        capabilities:
                          drop: [ALL]
            """;

    private Templates() {}

    static JobTemplate resize() {
        return JobTemplate.parse(RESIZE);
    }

    /** One that runs a script of the shell. */
    static JobTemplate script(String script) {
        StringBuilder lines = new StringBuilder();
        script.lines()
                .forEach(line -> lines.append("              ").append(line).append('\n'));
        return JobTemplate.parse("""
                apiVersion: batch/v1
                kind: Job
                spec:
                  podFailurePolicy:
                    rules:
                      - action: FailIndex
                        onExitCodes:
                          operator: In
                          values: [64]
                  template:
                    spec:
                      containers:
                        - name: script
                          image: busybox
                          command:
                            - /bin/sh
                            - -c
                            - |
                """
                + lines.toString()
                        .replace("              ", "              ".repeat(2))
                        .replace("$", "$$"));
    }

    static RunId id(long trigger) {
        return new RunId("shop", "resize", "life-1", new Firing.Triggered(trigger), 1);
    }

    static ArrayRun run(int tasks) {
        return run(IntStream.range(0, tasks)
                .mapToObj(shard -> new ArrayTask(shard, ""))
                .toList());
    }

    static ArrayRun run(List<ArrayTask> tasks) {
        return new ArrayRun(id(1), "resize", tasks, Map.of("EJ_JOB_PARAMETER", "all"), ArrayRules.NONE);
    }
}
