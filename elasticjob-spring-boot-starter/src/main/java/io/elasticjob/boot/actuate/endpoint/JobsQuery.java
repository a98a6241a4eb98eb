package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobDefinition;
import io.elasticjob.view.JobView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs of a namespace are asked for, and in which order. The same question has the same answer on every instance that
 * knows the same: what comes after a page is told by the job that ends it.
 *
 * @param filter what each of them meets
 * @param order in which they come
 * @param isDescending whether that order is turned round
 * @param size how many at most
 * @param after what comes after this; null for the first page
 */
record JobsQuery(
        Filter filter,
        Order order,
        boolean isDescending,
        int size,
        @Nullable Cursor after) {

    static final int DEFAULT_SIZE = 100;
    static final int MAX_SIZE = 200;

    /**
     * What a job has to meet; everything that is not null.
     *
     * @param text in its name, its description, its handler or its application, in lower case
     * @param states of which it must be in one; empty for all
     * @param names of which it must have one; empty for all
     * @param label that it requires of its instances
     */
    record Filter(
            @Nullable String text,
            @Nullable String application,
            @Nullable String handler,
            @Nullable String instance,
            Set<State> states,
            Set<String> names,
            @Nullable Label label) {}

    /** A label with a value that a job requires of its instances. */
    record Label(String name, String value) {

        static Label parse(String text) {
            int equals = text.indexOf('=');
            String name = equals < 0 ? "" : text.substring(0, equals).strip();
            if (name.isEmpty()) {
                throw OperationFields.invalid("label", text, "must be a label with a value, such as zone=eu");
            }
            return new Label(name, text.substring(equals + 1).strip());
        }

        private boolean isRequired(@Nullable JobDefinition job) {
            return job != null && job.placement().labels().requires(name, value);
        }
    }

    /** What can be asked for as a state. A job may be in several of them. */
    enum State {
        ENABLED,
        DISABLED,
        UNDECLARED,
        UNUSABLE,
        /** It is enabled, and no live instance may run it. */
        UNASSIGNED,
        /** The answering instance cannot use it, or what it declares of it. */
        PROBLEM,
        /** Operators have changed settings of it, or switched a part of it off. */
        OVERRIDDEN,
        /** Something of it runs, as the history knows. */
        RUNNING,
        /** A shard of its firing that ended last has not succeeded, as the history knows. */
        FAILING,
        /** A firing of it should have begun and has not, as the records tell. */
        OVERDUE;

        boolean isOfHistory() {
            return this == RUNNING || this == FAILING;
        }

        boolean holds(JobView job) {
            return switch (this) {
                case ENABLED, DISABLED, UNDECLARED, UNUSABLE ->
                    JobCondition.of(job).name().equals(name());
                case UNASSIGNED ->
                    JobCondition.of(job) == JobCondition.ENABLED
                            && job.eligible().isEmpty();
                case PROBLEM -> job.trouble() != null;
                case OVERRIDDEN -> isOverridden(job);
                case RUNNING, FAILING, OVERDUE -> false;
            };
        }
    }

    /** In which order jobs come; by name where that says nothing. */
    enum Order {
        NAME,
        NEXT,
        /** When something of it began last, as the history knows; first of all those of which it knows nothing. */
        LAST,
        STATE,
        APPLICATION;

        private String key(JobView job, HistoryActivity activity, JobFacts facts, Instant now) {
            return switch (this) {
                case NAME -> "";
                case LAST -> {
                    Instant began = activity.began().get(job.name());
                    yield began == null ? "" : "%020d".formatted(began.toEpochMilli());
                }
                case NEXT ->
                    facts.next(job, now)
                            .map(Instant::toString)
                            .orElse("none"); // after every instant of the years to come
                case STATE -> String.valueOf(JobCondition.of(job).ordinal());
                case APPLICATION -> job.stored().application();
            };
        }
    }

    /** The place of a job in an order. */
    record Cursor(String key, String name) implements Comparable<Cursor> {

        @Override
        public int compareTo(Cursor other) {
            int byKey = key.compareTo(other.key);
            return byKey == 0 ? name.compareTo(other.name) : byKey;
        }

        String text() {
            return key + "~" + name;
        }

        static Cursor parse(String text) {
            int tilde = text.indexOf('~');
            if (tilde < 0) {
                throw OperationFields.invalid("after", text, "must be what an earlier page gave as its \"next\"");
            }
            return new Cursor(text.substring(0, tilde), text.substring(tilde + 1));
        }
    }

    /**
     * A page.
     *
     * @param total how many there are on all pages
     * @param next what to give as {@code after}; null when there is no more
     */
    record Page(List<JobView> jobs, int total, @Nullable String next) {}

    private record Placed(Cursor cursor, JobView job) {}

    /** @throws io.elasticjob.InvalidSettingException naming the parameter, the value and the rule */
    static JobsQuery of(OperationFields given) {
        String sort = given.text("sort").orElse("name").strip();
        boolean isDescending = sort.startsWith("-");
        int size = given.text("size")
                .map(text -> ExecutionFilter.number("size", text, 1))
                .orElse(DEFAULT_SIZE);
        if (size > MAX_SIZE) {
            throw OperationFields.invalid("size", String.valueOf(size), "must be between 1 and " + MAX_SIZE);
        }
        Set<String> names = new LinkedHashSet<>(parts(given, "names"));
        if (names.size() > MAX_SIZE) {
            throw OperationFields.invalid(
                    "names", names.size() + " names", "may name " + MAX_SIZE + " jobs at most: ask for them in parts");
        }
        return new JobsQuery(
                new Filter(
                        lower(text(given, "q")),
                        text(given, "application"),
                        text(given, "handler"),
                        text(given, "instance"),
                        words("state", parts(given, "state"), State.class),
                        names,
                        given.text("label")
                                .map(text -> Label.parse(Given.text("label", text)))
                                .orElse(null)),
                word("sort", isDescending ? sort.substring(1) : sort, Order.class),
                isDescending,
                size,
                given.text("after")
                        .map(text -> Cursor.parse(Given.text("after", text)))
                        .orElse(null));
    }

    private static @Nullable String text(OperationFields given, String name) {
        return given.text(name)
                .filter(text -> !text.isBlank())
                .map(text -> Given.text(name, text))
                .orElse(null);
    }

    private static @Nullable String lower(@Nullable String text) {
        return text == null ? null : text.strip().toLowerCase(Locale.ROOT);
    }

    static List<String> parts(OperationFields given, String name) {
        return given.text(name)
                .map(text -> Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .toList())
                .orElse(List.of());
    }

    static <E extends Enum<E>> Set<E> words(String name, Collection<String> written, Class<E> words) {
        Set<E> all = EnumSet.noneOf(words);
        written.forEach(one -> all.add(word(name, one, words)));
        return all;
    }

    private static <E extends Enum<E>> E word(String name, String written, Class<E> words) {
        return Stream.of(words.getEnumConstants())
                .filter(one -> one.name().equalsIgnoreCase(written.replace('-', '_')))
                .findFirst()
                .orElseThrow(() -> OperationFields.invalid(
                        name,
                        written,
                        "must be one of "
                                + Stream.of(words.getEnumConstants())
                                        .map(one -> one.name().toLowerCase(Locale.ROOT))
                                        .collect(Collectors.joining(", "))));
    }

    /** Whether the records of all jobs have to be read first. */
    boolean asksRecords() {
        return filter.states().contains(State.OVERDUE);
    }

    /** Whether the history has to tell first what began last. */
    boolean asksBegan() {
        return order == Order.LAST;
    }

    /** Whether the history has to be asked first. */
    boolean asksHistory() {
        return filter.states().stream().anyMatch(State::isOfHistory);
    }

    /**
     * The page that is asked for.
     *
     * @param jobs all of the namespace
     * @param activity what the history knows; {@link HistoryActivity#NONE} where it is not asked
     */
    Page page(Collection<JobView> jobs, HistoryActivity activity, Instant now) {
        return page(jobs, activity, new JobFacts(), now);
    }

    /**
     * The same.
     *
     * @param facts what was found out of them before
     */
    Page page(Collection<JobView> jobs, HistoryActivity activity, JobFacts facts, Instant now) {
        List<Placed> meant = new ArrayList<>();
        for (JobView job : jobs) {
            if (meets(job, activity, facts)) {
                meant.add(new Placed(new Cursor(order.key(job, activity, facts, now), job.name()), job));
            }
        }
        Comparator<Placed> ascending = Comparator.comparing(Placed::cursor);
        meant.sort(isDescending ? ascending.reversed() : ascending);
        List<Placed> page = meant.stream()
                .filter(one -> after == null
                        || (isDescending
                                ? one.cursor().compareTo(after) < 0
                                : one.cursor().compareTo(after) > 0))
                .limit(size + 1L)
                .toList();
        boolean more = page.size() > size;
        List<Placed> shown = more ? page.subList(0, size) : page;
        return new Page(
                shown.stream().map(Placed::job).toList(),
                meant.size(),
                more ? shown.get(size - 1).cursor().text() : null);
    }

    private boolean meets(JobView job, HistoryActivity activity, JobFacts facts) {
        JobDefinition effective = job.definition();
        return (filter.names().isEmpty() || filter.names().contains(job.name()))
                && (filter.application() == null || job.stored().application().equals(filter.application()))
                && (filter.handler() == null
                        || effective != null && effective.handler().equals(filter.handler()))
                && (filter.label() == null || filter.label().isRequired(effective))
                && (filter.instance() == null || isOn(job, filter.instance()))
                && (filter.text() == null || facts.words(job).contains(filter.text()))
                && (filter.states().isEmpty()
                        || filter.states().stream().anyMatch(state -> state.holds(job) || activity.tells(state, job)));
    }

    private static boolean isOn(JobView job, String instance) {
        return job.eligible().stream()
                .filter(id -> id.equals(instance)
                        || id.substring(0, Math.max(0, id.lastIndexOf('.'))).equals(instance))
                .anyMatch(id -> !job.shardsOf(id).isEmpty());
    }

    /** What of a job is looked at for text: its name, application, description, handler and labels, in lower case, a line each. */
    static String words(JobView job) {
        JobDefinition effective = job.definition();
        String all = job.name() + "\n" + job.stored().application();
        return (effective == null
                        ? all
                        : all + "\n" + effective.description() + "\n" + effective.handler() + "\n"
                                + effective.placement().labels())
                .toLowerCase(Locale.ROOT);
    }

    static boolean isOverridden(JobView job) {
        return !job.stored().overrides().isEmpty()
                || job.stored().switches().shards().values().stream().anyMatch(one -> !one.on())
                || job.stored().switches().instances().values().stream().anyMatch(one -> !one.on());
    }
}
