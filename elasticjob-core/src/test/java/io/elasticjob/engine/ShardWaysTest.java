package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What happens to a shard goes one way: it marks the shard, and the end of the turn considers it once. So of the classes that
 * have a part in it none depends on itself by way of others, and none of their methods comes back to itself, be it by way of
 * an answer.
 */
class ShardWaysTest {

    private static final List<Class<?>> PARTS = List.of(
            ShardTable.class,
            ShardSteps.class,
            ShardExecutions.class,
            ClaimsAhead.class,
            RecordAnswers.class,
            RecordTraffic.class,
            RecordWatches.class,
            Agenda.class,
            Slots.class,
            Backlog.class,
            Batch.class,
            CaughtUp.class,
            NextStep.class,
            ShardCells.class,
            ShardCell.class,
            Run.class,
            Activity.class,
            Traffic.class,
            RecordWrite.class);

    @Test
    void noPartDependsOnItself() {
        assertThat(waysBack(dependencies(PARTS))).isEmpty();
    }

    @Test
    void noMethodComesBackToItself() {
        assertThat(waysBack(calls(PARTS))).isEmpty();
    }

    @Test
    void aWayBackIsSeen() {
        List<Class<?>> loop = List.of(There.class, Back.class);
        assertThat(waysBack(dependencies(loop))).isNotEmpty();
        assertThat(waysBack(calls(loop))).as("by way of a lambda").anyMatch(way -> way.contains("goes"));
        assertThat(waysBack(calls(List.of(There.class)))).isEmpty();
    }

    private static Map<String, Set<String>> dependencies(Collection<Class<?>> parts) {
        Map<String, Set<String>> all = new LinkedHashMap<>();
        Set<String> names = parts.stream().map(Class::getName).collect(Collectors.toSet());
        for (JavaClass type : imported(parts)) {
            Set<String> targets = all.computeIfAbsent(partOf(type), any -> new LinkedHashSet<>());
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> partOf(dependency.getTargetClass()))
                    .filter(target -> names.contains(target) && !target.equals(partOf(type)))
                    .forEach(targets::add);
        }
        return all;
    }

    private static Map<String, Set<String>> calls(Collection<Class<?>> parts) {
        Map<String, Set<String>> all = new LinkedHashMap<>();
        for (JavaClass type : imported(parts)) {
            for (JavaCodeUnit unit : type.getCodeUnits()) {
                Stream<JavaAccess<?>> accesses =
                        Stream.concat(unit.getCallsFromSelf().stream(), unit.getCodeUnitReferencesFromSelf().stream());
                all.computeIfAbsent(unit.getFullName(), any -> new LinkedHashSet<>())
                        .addAll(accesses.map(access -> access.getTarget().getFullName())
                                .toList());
            }
        }
        return all;
    }

    private static JavaClasses imported(Collection<Class<?>> parts) {
        Set<String> names = parts.stream().map(Class::getName).collect(Collectors.toSet());
        Class<?>[] all = parts.stream()
                .flatMap(part -> Stream.concat(Stream.of(part), Stream.of(part.getDeclaredClasses())))
                .filter(type -> !type.equals(ShardWaysTest.class))
                .toArray(Class<?>[]::new);
        JavaClasses classes = new ClassFileImporter().importClasses(all);
        assertThat(classes.stream().map(JavaClass::getName)).containsAll(names);
        return classes;
    }

    /** A nested class is a part of its outermost one, unless that is this test. */
    private static String partOf(JavaClass type) {
        String name = type.getBaseComponentType().getName();
        int nested = name.indexOf('$');
        return nested < 0 || name.startsWith(ShardWaysTest.class.getName()) ? name : name.substring(0, nested);
    }

    /** Those from which a way leads back to themselves, with that way. */
    private static List<String> waysBack(Map<String, Set<String>> graph) {
        List<String> found = new ArrayList<>();
        for (String from : graph.keySet()) {
            List<String> way = wayBack(graph, from, from, new HashSet<>());
            if (!way.isEmpty()) {
                found.add(from + " -> " + String.join(" -> ", way));
            }
        }
        return found;
    }

    private static List<String> wayBack(Map<String, Set<String>> graph, String at, String to, Set<String> seen) {
        for (String next : graph.getOrDefault(at, Set.of())) {
            if (next.equals(to)) {
                return List.of(to);
            }
            if (seen.add(next)) {
                List<String> rest = wayBack(graph, next, to, seen);
                if (!rest.isEmpty()) {
                    List<String> way = new ArrayList<>(List.of(next));
                    way.addAll(rest);
                    return way;
                }
            }
        }
        return List.of();
    }

    static final class There {

        private final Back back = new Back(this);

        void goes(List<String> steps) {
            steps.forEach(step -> back.comes(steps));
        }
    }

    static final class Back {

        private final There there;

        Back(There there) {
            this.there = there;
        }

        void comes(List<String> steps) {
            there.goes(steps);
        }
    }
}
