package io.elasticjob.testing.kubernetes;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Custom resources, of which the API server knows as much as their definitions say. A table of the fields that ours may
 * have: path without indexes, and what is there.
 */
final class CustomRules {

    private enum Type {
        TEXT,
        NUMBER,
        TEXTS,
        OBJECT,
        LIST,
        NEEDED_TEXT,
        NEEDED_OBJECT,
        NEEDED_LIST
    }

    private static final Map<String, Map<String, Type>> KINDS = Map.of(
            "keda.sh/v1alpha1 ScaledObject",
            Map.ofEntries(
                    Map.entry("scaleTargetRef", Type.NEEDED_OBJECT),
                    Map.entry("scaleTargetRef.name", Type.NEEDED_TEXT),
                    Map.entry("scaleTargetRef.kind", Type.TEXT),
                    Map.entry("scaleTargetRef.apiVersion", Type.TEXT),
                    Map.entry("pollingInterval", Type.NUMBER),
                    Map.entry("cooldownPeriod", Type.NUMBER),
                    Map.entry("minReplicaCount", Type.NUMBER),
                    Map.entry("maxReplicaCount", Type.NUMBER),
                    Map.entry("advanced", Type.OBJECT),
                    Map.entry("advanced.scalingModifiers", Type.OBJECT),
                    Map.entry("advanced.scalingModifiers.formula", Type.NEEDED_TEXT),
                    Map.entry("advanced.scalingModifiers.target", Type.NEEDED_TEXT),
                    Map.entry("triggers", Type.NEEDED_LIST),
                    Map.entry("triggers.type", Type.NEEDED_TEXT),
                    Map.entry("triggers.name", Type.TEXT),
                    Map.entry("triggers.metadata", Type.NEEDED_OBJECT),
                    Map.entry("triggers.metadata.url", Type.NEEDED_TEXT),
                    Map.entry("triggers.metadata.valueLocation", Type.NEEDED_TEXT),
                    Map.entry("triggers.metadata.targetValue", Type.NEEDED_TEXT),
                    Map.entry("triggers.metadata.authMode", Type.TEXT),
                    Map.entry("triggers.authenticationRef", Type.OBJECT),
                    Map.entry("triggers.authenticationRef.name", Type.NEEDED_TEXT)),
            "monitoring.coreos.com/v1 ServiceMonitor",
            Map.ofEntries(
                    Map.entry("selector", Type.NEEDED_OBJECT),
                    Map.entry("selector.matchLabels", Type.TEXTS),
                    Map.entry("endpoints", Type.NEEDED_LIST),
                    Map.entry("endpoints.port", Type.TEXT),
                    Map.entry("endpoints.path", Type.TEXT),
                    Map.entry("endpoints.interval", Type.TEXT),
                    Map.entry("endpoints.scheme", Type.TEXT)));

    private static final Set<String> ROOT = Set.of("apiVersion", "kind", "metadata", "spec");

    private final Map<String, Type> fields;
    private final Findings findings;

    private CustomRules(Map<String, Type> fields, Findings findings) {
        this.fields = fields;
        this.findings = findings;
    }

    static boolean knows(Decoded object) {
        return KINDS.containsKey(object.version() + " " + object.kind());
    }

    static void check(Decoded object, Findings findings) {
        Map<String, Type> fields = KINDS.get(object.version() + " " + object.kind());
        if (fields == null) {
            return;
        }
        object.tree().keySet().stream()
                .filter(key -> !ROOT.contains(key))
                .forEach(key -> findings.add(Rule.CUSTOM_FIELDS, key, "there is no such field"));
        if (object.tree().get("spec") instanceof Map<?, ?> spec) {
            new CustomRules(fields, findings).object("", spec);
        } else {
            findings.add(Rule.CUSTOM_FIELDS, "spec", "is missing");
        }
    }

    private void object(String path, Map<?, ?> object) {
        object.forEach((key, value) -> field(path + key, value));
        new TreeMap<>(fields).forEach((name, type) -> {
            String parent = name.substring(0, name.lastIndexOf('.') + 1);
            if (parent.equals(path) && type.name().startsWith("NEEDED") && !object.containsKey(last(name))) {
                findings.add(Rule.CUSTOM_FIELDS, "spec." + name, "is missing");
            }
        });
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private void field(String path, Object value) {
        Type type = fields.get(path);
        if (type == null) {
            findings.add(Rule.CUSTOM_FIELDS, "spec." + path, "there is no such field");
            return;
        }
        switch (type) {
            case TEXT, NEEDED_TEXT -> is(value instanceof String, path, "a text");
            case NUMBER -> is(value instanceof Integer number && number >= 0, path, "a number");
            case TEXTS ->
                is(
                        value instanceof Map<?, ?> texts
                                && texts.values().stream().allMatch(String.class::isInstance),
                        path,
                        "texts by key");
            case OBJECT, NEEDED_OBJECT -> {
                if (value instanceof Map<?, ?> object) {
                    object(path + ".", object);
                } else {
                    is(false, path, "an object");
                }
            }
            case LIST, NEEDED_LIST -> {
                if (value instanceof List<?> list) {
                    list.forEach(one -> {
                        if (one instanceof Map<?, ?> object) {
                            object(path + ".", object);
                        }
                    });
                }
                is(
                        value instanceof List<?> objects && objects.stream().allMatch(Map.class::isInstance),
                        path,
                        "a list");
            }
        }
    }

    private void is(boolean kept, String path, String what) {
        findings.unless(kept, Rule.CUSTOM_FIELDS, "spec." + path, "must be " + what);
    }
}
