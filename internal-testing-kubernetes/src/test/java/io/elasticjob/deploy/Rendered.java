package io.elasticjob.deploy;

import io.elasticjob.testing.kubernetes.ApiServer;
import io.elasticjob.testing.kubernetes.Kubectl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What kubectl makes of a folder of {@code deploy/kubernetes}.
 *
 * @param objects as trees
 */
record Rendered(String name, String yaml, List<Map<String, Object>> objects) {

    static final Path FOLDER = Path.of("..", "deploy", "kubernetes");

    static Rendered of(String folder) {
        String yaml = Kubectl.kustomize(FOLDER.resolve(folder));
        return new Rendered(folder, yaml, ApiServer.objects(yaml));
    }

    /** The base and all overlays, by their folders. */
    static List<String> folders() {
        try (Stream<Path> overlays = Files.list(FOLDER.resolve("overlays"))) {
            return Stream.concat(
                            Stream.of("base"),
                            overlays.map(overlay -> "overlays/" + overlay.getFileName())
                                    .sorted())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Rendered> all() {
        return folders().stream().map(Rendered::of).toList();
    }

    boolean has(String kind, String name) {
        return objects.stream()
                .anyMatch(one -> kind.equals(one.get("kind")) && name.equals(at(one, "metadata", "name")));
    }

    Map<String, Object> object(String kind, String name) {
        return objects.stream()
                .filter(one -> kind.equals(one.get("kind")) && name.equals(at(one, "metadata", "name")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no " + kind + " " + name + " in " + this.name));
    }

    /** What lies at a path of keys and indexes; null if nothing does. */
    static Object at(Object object, Object... path) {
        Object here = object;
        for (Object step : path) {
            if (here instanceof Map<?, ?> map) {
                here = map.get(step);
            } else if (here instanceof List<?> list && step instanceof Integer index && index < list.size()) {
                here = list.get(index);
            } else {
                return null;
            }
        }
        return here;
    }

    static Map<?, ?> container(Map<String, Object> workload) {
        return (Map<?, ?>) Objects.requireNonNull(at(workload, "spec", "template", "spec", "containers", 0));
    }

    /** The ConfigMap that is made of {@code application.env}, whatever hash its name ends with. */
    Map<String, String> settings() {
        return data("application-");
    }

    Map<String, String> data(String beginning) {
        Map<String, String> data = new TreeMap<>();
        objects.stream()
                .filter(one -> "ConfigMap".equals(one.get("kind"))
                        && String.valueOf(at(one, "metadata", "name")).startsWith(beginning))
                .forEach(one -> ((Map<?, ?>) Objects.requireNonNull(at(one, "data")))
                        .forEach((key, value) -> data.put(String.valueOf(key), String.valueOf(value))));
        return data;
    }

    @Override
    public String toString() {
        return name;
    }
}
