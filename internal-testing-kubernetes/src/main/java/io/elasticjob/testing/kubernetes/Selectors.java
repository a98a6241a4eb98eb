package io.elasticjob.testing.kubernetes;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.Map;

/** What label selectors select. */
final class Selectors {

    private Selectors() {}

    static boolean isEmpty(LabelSelector selector) {
        return selector.getMatchLabels().isEmpty()
                && selector.getMatchExpressions().isEmpty();
    }

    static boolean matches(LabelSelector selector, Map<String, String> labels) {
        return matches(selector.getMatchLabels(), labels)
                && selector.getMatchExpressions().stream().allMatch(one -> matches(one, labels));
    }

    static boolean matches(Map<String, String> selector, Map<String, String> labels) {
        return labels != null && labels.entrySet().containsAll(selector.entrySet());
    }

    private static boolean matches(LabelSelectorRequirement one, Map<String, String> labels) {
        String value = labels.get(one.getKey());
        return switch (one.getOperator()) {
            case "In" -> value != null && one.getValues().contains(value);
            case "NotIn" -> value == null || !one.getValues().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default -> false;
        };
    }
}
