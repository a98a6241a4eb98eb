package io.elasticjob.codec;

import io.elasticjob.Instance;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of an instance. What it declares is left out where it is the same as the handlers that it offers. Where
 * the names are so many that the node would hardly take them, they are deflated, which is a format of its own.
 */
public final class InstanceCodec {

    /** With the names as they are. */
    private static final int PLAIN = 1;
    /** With the names deflated, as base64 in one member. */
    private static final int DEFLATED = 2;

    /** Names that take more are deflated. */
    private static final int MOST_PLAIN = 256 * 1024;

    /** No instance has more names than these; what seems to have is made to harm the one that inflates it. */
    private static final int MOST_INFLATED = 32 * 1024 * 1024;

    private InstanceCodec() {}

    public static byte[] encode(Instance instance) {
        Map<String, @Nullable Object> names = new LinkedHashMap<>();
        names.put("strategies", new TreeSet<>(instance.strategies()));
        names.put("handlers", new TreeSet<>(instance.handlers()));
        names.put(
                "declares",
                instance.declares().equals(instance.handlers()) ? null : new TreeSet<>(instance.declares()));
        byte[] plain = Json.write(names);
        boolean isLong = plain.length > MOST_PLAIN;
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(Members.FORMAT, isLong ? DEFLATED : PLAIN);
        fields.put("name", instance.name());
        fields.put("application", instance.application());
        fields.put("host", instance.host());
        fields.put("pid", instance.process().pid());
        fields.put("state", instance.state().name());
        fields.put("startedOrder", instance.startedOrder() == 0 ? null : instance.startedOrder());
        fields.put("startedAt", instance.process().startedAt());
        fields.put("version", instance.process().version());
        fields.put("clock", clock(instance.process().clock()));
        fields.put(
                "jobFormat",
                instance.repertoire().jobFormat() == 1
                        ? null
                        : instance.repertoire().jobFormat());
        fields.put("calendars", instance.calendars().isEmpty() ? null : new TreeSet<>(instance.calendars()));
        fields.put("limits", instance.limits().isEmpty() ? null : new TreeSet<>(instance.limits()));
        Set<String> listeners = instance.firingListeners();
        fields.put("firingListeners", listeners.isEmpty() ? null : new TreeSet<>(listeners));
        fields.put("planners", instance.planners().isEmpty() ? null : new TreeSet<>(instance.planners()));
        fields.put(
                "errorHandlers", instance.errorHandlers().isEmpty() ? null : new TreeSet<>(instance.errorHandlers()));
        fields.put("labels", new TreeMap<>(instance.labels()));
        if (isLong) {
            fields.put("names", Base64.getEncoder().encodeToString(deflated(plain)));
        } else {
            fields.putAll(names);
        }
        instance.drained()
                .ifPresent(drain ->
                        fields.put("drain", Map.of("who", drain.who(), "when", drain.when(), "why", drain.why())));
        return Json.write(fields);
    }

    /**
     * @param id of the instance, the name of its node
     * @param registered transaction id of the node's creation; its order of start, unless it says another
     */
    public static Decoded<Instance> decode(String id, long registered, byte[] bytes) {
        return Members.decode(bytes, DEFLATED, members -> instance(id, registered, members));
    }

    private static byte[] deflated(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflating = new DeflaterOutputStream(bytes)) {
            deflating.write(plain);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static byte[] inflated(String names) {
        try (InputStream inflating = new InflaterInputStream(
                new ByteArrayInputStream(Base64.getDecoder().decode(names)))) {
            byte[] plain = inflating.readNBytes(MOST_INFLATED + 1);
            if (plain.length > MOST_INFLATED) {
                throw new IllegalArgumentException("\"names\" takes more than " + MOST_INFLATED + " bytes");
            }
            return plain;
        } catch (IOException malformed) {
            throw new IllegalArgumentException("\"names\" is not deflated: " + malformed.getMessage(), malformed);
        }
    }

    private static Instance instance(String id, long registered, Members members) {
        Members labels = members.object("labels");
        Map<String, String> labelPairs = new TreeMap<>();
        labels.names().forEach(label -> labelPairs.put(label, labels.text(label)));
        String deflated = members.optionalText("names");
        Members names = deflated == null ? members : Members.of(Json.readLong(inflated(deflated), MOST_INFLATED));
        Set<String> handlers = Set.copyOf(names.texts("handlers"));
        boolean declaresApart = names.has("declares");
        return new Instance(
                id,
                members.text("name"),
                members.text("application"),
                labelPairs,
                new Instance.Process(
                        members.text("host"),
                        members.number("pid", 0),
                        members.number("startedOrder", registered),
                        members.instant("startedAt"),
                        members.text("version"),
                        members.has("clock") ? clock(members.object("clock")) : null),
                new Instance.Repertoire(
                        handlers,
                        declaresApart ? Set.copyOf(names.texts("declares")) : handlers,
                        Set.copyOf(names.texts("strategies")),
                        members.count("jobFormat", 1, 1, Integer.MAX_VALUE),
                        Set.copyOf(members.texts("calendars")),
                        Set.copyOf(members.texts("limits")),
                        Set.copyOf(members.texts("firingListeners")),
                        Set.copyOf(members.texts("errorHandlers")),
                        Set.copyOf(members.texts("planners"))),
                new Instance.Availability(
                        members.word("state", Instance.State.class),
                        members.has("drain") ? drain(members.object("drain")) : null));
    }

    private static @Nullable Map<String, @Nullable Object> clock(Instance.@Nullable Clock clock) {
        if (clock == null) {
            return null;
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("skewMs", clock.skew().toMillis());
        fields.put("stepMs", clock.step() == null ? null : clock.step().toMillis());
        return fields;
    }

    private static Instance.Clock clock(Members clock) {
        return new Instance.Clock(
                Duration.ofMillis(clock.number("skewMs", 0)),
                clock.has("stepMs") ? Duration.ofMillis(clock.number("stepMs", 0)) : null);
    }

    private static Instance.Drain drain(Members drain) {
        return new Instance.Drain(drain.words("who"), drain.instant("when"), drain.words("why"));
    }
}
