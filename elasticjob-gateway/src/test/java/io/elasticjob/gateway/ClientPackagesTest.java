package io.elasticjob.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.codec.Json;
import io.elasticjob.testing.machine.Needed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the clients say of themselves to PyPI and npm. */
class ClientPackagesTest {

    private static final Path CLIENTS =
            Path.of(System.getProperty("basedir", ".")).resolve("../clients").normalize();

    /** Not in Python before 3.11. */
    private static final String TO_JSON =
            "import json, sys, tomllib; print(json.dumps(tomllib.load(open(sys.argv[1], 'rb'))))";

    @Test
    void thePackageForNpmHasTheVersionAndTheFilesOfTheClient() throws Exception {
        Map<String, Object> found = Json.read(Files.readAllBytes(CLIENTS.resolve("node/package.json")));
        assertThat(found).containsEntry("name", "elasticjob-worker").containsEntry("type", "module");
        assertThat(found).containsEntry("version", version("node/elasticjob-worker.mjs", "VERSION = '([^']+)'"));
        assertThat(found).doesNotContainKeys("dependencies", "devDependencies");
        String file = String.valueOf(((Map<?, ?>) found.get("bin")).get("elasticjob-worker"));
        assertThat(found.get("files")).isEqualTo(List.of(file));
        assertThat(found).containsEntry("exports", "./" + file);
        assertThat(Files.readString(CLIENTS.resolve("node").resolve(file))).startsWith("#!/usr/bin/env node");
    }

    @Test
    void thePackageForPyPiHasTheVersionAndTheModuleOfTheClient() throws Exception {
        Needed.command("python3");
        Process python = new ProcessBuilder(
                        "python3",
                        "-c",
                        TO_JSON,
                        CLIENTS.resolve("python/pyproject.toml").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Map<String, Object> found = Json.read(python.getInputStream().readAllBytes());
        assertThat(python.waitFor()).isZero();
        Map<?, ?> project = (Map<?, ?>) found.get("project");
        assertThat(project.get("name")).isEqualTo("elasticjob-worker");
        assertThat(project.get("version"))
                .isEqualTo(version("python/elasticjob_worker.py", "__version__ = \"([^\"]+)\""));
        assertThat(project.get("dependencies")).isEqualTo(List.of());
        assertThat(project.get("scripts")).isEqualTo(Map.of("elasticjob-worker", "elasticjob_worker:main"));
        assertThat(found.get("tool"))
                .isEqualTo(Map.of("setuptools", Map.of("py-modules", List.of("elasticjob_worker"))));
    }

    @Test
    void allClientsAreOfTheSameVersion() throws Exception {
        assertThat(List.of(
                        version("node/elasticjob-worker.mjs", "VERSION = '([^']+)'"),
                        version("bash/elasticjob-worker.bash", "EJ_VERSION=(\\S+)"),
                        version("java/ElasticJobWorker.java", "VERSION = \"([^\"]+)\"")))
                .containsOnly(version("python/elasticjob_worker.py", "__version__ = \"([^\"]+)\""));
    }

    private static String version(String file, String pattern) throws Exception {
        String text = Files.readString(CLIENTS.resolve(file), StandardCharsets.UTF_8);
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(file + " says its version").isTrue();
        return matcher.group(1);
    }
}
