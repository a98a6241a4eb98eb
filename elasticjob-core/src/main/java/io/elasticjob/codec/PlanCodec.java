package io.elasticjob.codec;

import io.elasticjob.ShardPlanner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The stored form of the parts of a firing, in portions that each fit into a node and a request. */
public final class PlanCodec {

    /** More are never written. */
    public static final int MOST_PORTIONS = 64;

    /** A record names only plans of formats that whoever can read the record can read: else they count as spoilt. */
    private static final int FORMAT = 1;

    private static final String PARTS = "parts";

    /** About so long a portion is, before its parts are written as JSON. */
    private static final int BYTES = 48 * 1024;

    private PlanCodec() {}

    /** At least one portion, be it empty. */
    public static List<byte[]> encode(List<String> parts) {
        List<byte[]> portions = new ArrayList<>();
        List<String> portion = new ArrayList<>();
        int length = 0;
        for (String part : parts) {
            int more = 3 + part.getBytes(StandardCharsets.UTF_8).length;
            if (!portion.isEmpty() && length + more > BYTES) {
                portions.add(encoded(portion));
                portion.clear();
                length = 0;
            }
            portion.add(part);
            length += more;
        }
        portions.add(encoded(portion));
        return portions;
    }

    private static byte[] encoded(List<String> parts) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(Members.FORMAT, FORMAT);
        fields.put(PARTS, List.copyOf(parts));
        return Json.write(fields);
    }

    /** The parts of one portion. */
    public static Decoded<List<String>> decode(byte[] bytes) {
        return Members.decode(bytes, FORMAT, members -> List.copyOf(members.texts(PARTS)));
    }

    /** How many bytes the parts have together, in UTF-8. */
    public static long bytes(List<String> parts) {
        return parts.stream()
                .mapToLong(part -> part.getBytes(StandardCharsets.UTF_8).length)
                .sum();
    }

    /** Whether each portion fits into a node: of parts that are within {@link ShardPlanner#MOST_BYTES} only one of control characters does not. */
    public static boolean fits(List<byte[]> portions, int mostBytes) {
        return portions.size() <= MOST_PORTIONS && portions.stream().allMatch(portion -> portion.length <= mostBytes);
    }
}
