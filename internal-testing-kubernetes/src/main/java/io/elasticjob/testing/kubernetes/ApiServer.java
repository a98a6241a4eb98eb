package io.elasticjob.testing.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** What a Kubernetes API server would say of objects. It knows the rules of {@link Rule}. */
public final class ApiServer {

    private ApiServer() {}

    /**
     * Holds objects against the rules, each by itself and all of them together.
     *
     * @param yaml as many documents as there are objects
     * @return empty when there is nothing to say
     */
    public static List<Problem> problems(String yaml, Given given) {
        return problems(objects(yaml), given);
    }

    /** As {@link #problems(String, Given)}, for objects that are trees of maps and lists. */
    public static List<Problem> problems(List<Map<String, Object>> trees, Given given) {
        List<Problem> problems = new ArrayList<>();
        List<Decoded> objects = new ArrayList<>();
        for (Map<String, Object> tree : trees) {
            Findings findings = new Findings(new Decoded(tree, null).toString());
            Decoded object = Decoder.read(tree, findings);
            new ObjectRules(object, findings).check();
            CustomRules.check(object, findings);
            objects.add(object);
            problems.addAll(findings.problems());
        }
        ReferenceRules references = new ReferenceRules(objects, given);
        for (Decoded object : objects) {
            Findings findings = new Findings(object.toString());
            references.check(object, findings);
            problems.addAll(findings.problems());
        }
        return problems;
    }

    /**
     * Objects as trees of maps and lists.
     *
     * @throws YAMLException when it is no YAML, or a key is there twice
     */
    @SuppressWarnings("unchecked")
    public static List<Map<String, Object>> objects(String yaml) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Object document : new Yaml(new SafeConstructor(options)).loadAll(yaml)) {
            if (document instanceof Map<?, ?> object) {
                objects.add((Map<String, Object>) object);
            } else if (document != null) {
                throw new YAMLException("An object of Kubernetes is a map: " + document);
            }
        }
        return objects;
    }
}
