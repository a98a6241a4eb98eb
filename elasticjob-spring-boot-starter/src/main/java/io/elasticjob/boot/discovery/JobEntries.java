package io.elasticjob.boot.discovery;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.boot.discovery.JobEntry.Written;
import io.elasticjob.boot.properties.PropertyOrigins;
import io.elasticjob.text.NearestName;
import io.elasticjob.text.Pairs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out which job and which of its keys each property below {@code elasticjob.jobs} means. The name of a job may take
 * several parts of a property: an environment variable knows neither case nor dashes, so that
 * {@code ELASTICJOB_JOBS_REPORTS_NIGHTLY_EVERY} comes as {@code reports.nightly.every}.
 */
final class JobEntries {

    private static final Logger log = LoggerFactory.getLogger(JobEntries.class);
    private static final String PREFIX = "elasticjob.jobs";

    /** A property: the parts of its name below the prefix, and what it says. */
    private record Leaf(List<String> path, Object value) {

        String property() {
            String below = String.join(".", path.subList(1, path.size()));
            return JobEntry.property(path.get(0)) + (below.isEmpty() ? "" : "." + below);
        }
    }

    /**
     * What a property may mean.
     *
     * @param within of a key whose value is a map, the name in that map; null for all of the value
     */
    private record Meaning(String job, JobKey key, @Nullable String within) {}

    private final Collection<String> annotated;
    private final Set<String> known;
    private final UnknownJobs unknownJobs;
    private final Predicate<String> ambient;
    private final Set<String> unknown = new LinkedHashSet<>();
    private final Set<String> ignored = new LinkedHashSet<>();
    private final Map<String, Map<JobKey, Written>> texts = new LinkedHashMap<>();
    private final Map<String, Map<JobKey, Map<String, String>>> maps = new LinkedHashMap<>();

    private JobEntries(
            Collection<String> annotated,
            Collection<String> declaredHere,
            UnknownJobs unknownJobs,
            Predicate<String> ambient) {
        this.annotated = annotated;
        this.known = new LinkedHashSet<>(annotated);
        this.known.addAll(declaredHere);
        this.unknownJobs = unknownJobs;
        this.ambient = ambient;
    }

    /**
     * Reads all entries, by the names of the jobs that they mean or make. Of a key that is written twice the first counts.
     *
     * @param properties by the name of the job, as written, the ones that win first
     * @param ambient whether a property, whose name it is given, only comes from around the application: from environment
     *     variables that may be meant for something else
     * @throws InvalidSettingException for a job or a key that there is not, or a value of the wrong form
     */
    static Map<String, JobEntry> read(
            Map<String, ?> properties,
            Collection<String> annotated,
            UnknownJobs unknownJobs,
            Predicate<String> ambient) {
        JobEntries entries = new JobEntries(annotated, declared(properties, annotated), unknownJobs, ambient);
        List<Leaf> leaves = new ArrayList<>();
        properties.forEach((name, value) -> flatten(List.of(name), value, leaves));
        leaves.forEach(entries::take);
        entries.tell();
        return entries.entries();
    }

    /** Entries with a handler of their own, by their names; of names that mean the same the last, as files write it. */
    private static Collection<String> declared(Map<String, ?> properties, Collection<String> annotated) {
        Set<String> plainAnnotated = annotated.stream().map(NearestName::plain).collect(Collectors.toSet());
        Map<String, String> byPlainName = new LinkedHashMap<>();
        Set<String> withHandler = new LinkedHashSet<>();
        properties.forEach((name, value) -> {
            String plain = NearestName.plain(name);
            if (!plainAnnotated.contains(plain)) {
                byPlainName.put(plain, name);
                if (value instanceof Map<?, ?> settings && namesHandler(settings)) {
                    withHandler.add(plain);
                }
            }
        });
        return withHandler.stream()
                .map(plain -> JobDefinition.checkedName(PREFIX, Objects.requireNonNull(byPlainName.get(plain))))
                .toList();
    }

    private static boolean namesHandler(Map<?, ?> settings) {
        return settings.keySet().stream()
                .anyMatch(key -> JobKey.of(String.valueOf(key))
                        .filter(JobKey::namesHandler)
                        .isPresent());
    }

    private static void flatten(List<String> path, @Nullable Object value, List<Leaf> leaves) {
        if (value instanceof Map<?, ?> nested && !nested.isEmpty()) {
            nested.forEach((part, below) -> {
                List<String> longer = new ArrayList<>(path);
                longer.add(String.valueOf(part));
                flatten(List.copyOf(longer), below, leaves);
            });
        } else {
            leaves.add(new Leaf(path, value == null || value instanceof Map<?, ?> ? "" : value));
        }
    }

    private void take(Leaf leaf) {
        List<Meaning> meanings = meanings(leaf.path());
        if (meanings.size() > 1) {
            throw new InvalidSettingException(
                    leaf.property(),
                    InvalidSettingException.hidden(text(leaf.value())),
                    "could mean "
                            + meanings.stream()
                                    .map(meaning -> JobEntry.kebab(meaning.key()) + " of the job " + meaning.job())
                                    .collect(Collectors.joining(" as well as "))
                            + ": write labels and parameters of shards as one text, such as labels=zone=eu");
        }
        if (!meanings.isEmpty()) {
            Meaning meaning = meanings.get(0);
            if (meaning.within() == null) {
                texts.computeIfAbsent(meaning.job(), any -> new TreeMap<>())
                        .putIfAbsent(meaning.key(), new Written(leaf.property(), text(leaf.value())));
            } else {
                within(meaning, leaf);
            }
            return;
        }
        Optional<String> job = meant(leaf.path().get(0));
        if (job.isEmpty()) {
            unknownJob(leaf);
        } else if (leaf.path().size() > 1) {
            unknownKey(leaf);
        } else if (!text(leaf.value()).isBlank()) {
            throw new InvalidSettingException(
                    leaf.property(),
                    InvalidSettingException.hidden(text(leaf.value())),
                    "is no setting of a job: write a key below it, such as " + leaf.property() + ".cron");
        }
    }

    private void within(Meaning meaning, Leaf leaf) {
        Map<JobKey, Written> written = texts.computeIfAbsent(meaning.job(), any -> new TreeMap<>());
        Map<String, String> map = maps.computeIfAbsent(meaning.job(), any -> new TreeMap<>())
                .computeIfAbsent(meaning.key(), any -> new LinkedHashMap<>());
        if (!written.containsKey(meaning.key())) {
            String within = String.valueOf(meaning.within());
            String property = leaf.property();
            int end = property.length() - within.length() - 1;
            written.put(meaning.key(), new Written(property.substring(0, Math.max(0, end)), ""));
        } else if (map.isEmpty()) {
            return; // the same is written as a text, which came first
        }
        map.putIfAbsent(String.valueOf(meaning.within()), text(leaf.value()));
    }

    /** Each way to read the parts as the name of a known job and one of its keys. */
    private List<Meaning> meanings(List<String> path) {
        return IntStream.range(1, path.size())
                .boxed()
                .flatMap(split -> meant(String.join(".", path.subList(0, split)))
                        .flatMap(job -> meaning(job, path.subList(split, path.size())))
                        .stream())
                .toList();
    }

    private static Optional<Meaning> meaning(String job, List<String> path) {
        Optional<JobKey> whole = key(path);
        if (whole.isPresent()) {
            return Optional.of(new Meaning(job, whole.get(), null));
        }
        return IntStream.range(1, path.size())
                .boxed()
                .flatMap(split -> key(path.subList(0, split))
                        .filter(JobKey::isPairs)
                        .map(key -> new Meaning(job, key, String.join(".", path.subList(split, path.size()))))
                        .stream())
                .findFirst();
    }

    private static Optional<JobKey> key(List<String> path) {
        return JobKey.of(String.join("", path).replace(".", "").replace("_", ""));
    }

    /** The known job of that name, else the one that reads like it. */
    private Optional<String> meant(String written) {
        if (known.contains(written)) {
            return Optional.of(written);
        }
        String plain = NearestName.plain(written);
        List<String> alike = known.stream()
                .filter(name -> NearestName.plain(name).equals(plain))
                .toList();
        if (alike.size() > 1) {
            throw new InvalidSettingException(
                    PREFIX,
                    written,
                    "could mean each of the jobs " + String.join(", ", alike)
                            + ": write the name as it is, in a file or in"
                            + " SPRING_APPLICATION_JSON; the names of environment variables know no case and no dashes");
        }
        return alike.stream().findFirst();
    }

    private void unknownJob(Leaf leaf) {
        String written = leaf.path().get(0);
        boolean near = NearestName.to(written, annotated).isPresent();
        if (ambient.test(leaf.property()) && (!near || PropertyOrigins.isServiceLink(leaf.property()))) {
            ignored.add(leaf.property());
        } else if (unknownJobs == UnknownJobs.WARN) {
            unknown.add(written);
        } else {
            throw noSuchJob(leaf);
        }
    }

    private InvalidSettingException noSuchJob(Leaf leaf) {
        List<String> path = leaf.path();
        boolean declares = path.size() > 2
                && key(path.subList(path.size() - 1, path.size()))
                        .filter(JobKey::namesHandler)
                        .isPresent();
        String hint = declares
                ? "; a job of a name with dashes or dots is declared in a file, or in SPRING_APPLICATION_JSON: "
                        + JobEntry.property(String.join("-", path.subList(0, path.size() - 1)))
                : NearestName.hint(path.get(0), annotated);
        return new InvalidSettingException(
                PREFIX,
                path.get(0),
                "matches no job of this application and names no handler" + hint + (hint.endsWith("?") ? " " : ". ")
                        + "If its bean is not there in each environment, set elasticjob.unknown-jobs=warn");
    }

    private void unknownKey(Leaf leaf) {
        String key = String.join(".", leaf.path().subList(1, leaf.path().size()));
        Optional<JobKey> near = NearestName.to(
                        key, JobKey.values().stream().map(JobEntry::kebab).toList())
                .flatMap(JobKey::of);
        if (ambient.test(leaf.property()) && (near.isEmpty() || PropertyOrigins.isServiceLink(leaf.property()))) {
            ignored.add(leaf.property());
            return;
        }
        throw JobEntry.unknown(leaf.property(), key, text(leaf.value()));
    }

    private void tell() {
        if (!unknown.isEmpty()) {
            log.warn(
                    "elasticjob.jobs has settings of {}, which this application does not have: they are ignored",
                    String.join(", ", unknown));
        }
        if (!ignored.isEmpty()) {
            log.warn(
                    "Environment variables or system properties set {}, which no job of this application has: they are"
                            + " ignored",
                    String.join(", ", ignored));
        }
    }

    private Map<String, JobEntry> entries() {
        Map<String, JobEntry> entries = new LinkedHashMap<>();
        texts.forEach((job, values) -> {
            maps.getOrDefault(job, Map.of()).forEach((key, map) -> {
                if (!map.isEmpty()) {
                    values.computeIfPresent(key, (same, written) -> new Written(written.property(), Pairs.format(map)));
                }
            });
            entries.put(job, new JobEntry(job, values));
        });
        return entries;
    }

    private static String text(Object value) {
        return value instanceof Collection<?> several
                ? several.stream().map(String::valueOf).collect(Collectors.joining(","))
                : String.valueOf(value);
    }
}
