package io.elasticjob.codec;

import io.elasticjob.Instance;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The stored form of an instance. What it declares is left out where it is the same as the handlers that it offers. */
public final class InstanceCodec {

    private static final int FORMAT = 1;

    private InstanceCodec() {}

    public static byte[] encode(Instance instance) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(Fields.FORMAT, FORMAT);
        fields.put("name", instance.name());
        fields.put("application", instance.application());
        fields.put("host", instance.host());
        fields.put("pid", instance.pid());
        fields.put("state", instance.state().name());
        fields.put("startedOrder", instance.startedOrder() == 0 ? null : instance.startedOrder());
        fields.put("startedAt", instance.startedAt());
        fields.put("version", instance.version());
        fields.put("labels", new TreeMap<>(instance.labels()));
        fields.put("strategies", new TreeSet<>(instance.strategies()));
        fields.put("handlers", new TreeSet<>(instance.handlers()));
        fields.put(
                "declares",
                instance.declares().equals(instance.handlers()) ? null : new TreeSet<>(instance.declares()));
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
        return Fields.decode(bytes, FORMAT, fields -> instance(id, registered, fields));
    }

    private static Instance instance(String id, long registered, Fields fields) {
        Fields labels = fields.object("labels");
        Map<String, String> labelPairs = new TreeMap<>();
        labels.names().forEach(label -> labelPairs.put(label, labels.text(label)));
        Set<String> handlers = Set.copyOf(fields.texts("handlers"));
        boolean declaresApart = fields.has("declares");
        return new Instance(
                id,
                fields.text("name"),
                fields.text("application"),
                fields.text("host"),
                fields.number("pid", 0),
                labelPairs,
                handlers,
                declaresApart ? Set.copyOf(fields.texts("declares")) : handlers,
                Set.copyOf(fields.texts("strategies")),
                fields.word("state", Instance.State.class),
                fields.number("startedOrder", registered),
                fields.instant("startedAt"),
                fields.text("version"),
                fields.has("drain") ? drain(fields.object("drain")) : null);
    }

    private static Instance.Drain drain(Fields drain) {
        return new Instance.Drain(drain.text("who"), drain.instant("when"), drain.text("why"));
    }
}
