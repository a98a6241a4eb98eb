package io.elasticjob.gateway.wire;

import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The name of an execution on the wire. It says all that makes it this one for ever, the life of its job and its token
 * included: the other numbers come again when a job is made anew. To workers it is opaque.
 *
 * @param token the fencing token; empty for a job that is not monitored
 */
public record WireId(ExecutionId execution, OptionalLong token) {

    private static final char BETWEEN = '\n';

    /** The text for the wire: letters, digits, dashes and underscores. */
    public String text() {
        String firing = execution.firing() instanceof Firing.Triggered triggered
                ? "t" + triggered.number()
                : "s" + ((Firing.Scheduled) execution.firing()).fireTime();
        String plain = String.join(
                String.valueOf(BETWEEN),
                execution.job(),
                execution.life(),
                firing,
                String.valueOf(execution.shard()),
                String.valueOf(execution.attempt()),
                token.isPresent() ? String.valueOf(token.getAsLong()) : "");
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }

    /** Empty for a text that {@link #text} does not make. */
    public static Optional<WireId> read(String text) {
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8)
                    .split(String.valueOf(BETWEEN), -1);
            if (parts.length != 6 || parts[2].isEmpty()) {
                return Optional.empty();
            }
            String which = parts[2].substring(1);
            Firing firing = switch (parts[2].charAt(0)) {
                case 't' -> new Firing.Triggered(Long.parseLong(which));
                case 's' -> new Firing.Scheduled(Instant.parse(which));
                default -> throw new IllegalArgumentException("no firing");
            };
            WireId read = new WireId(
                    new ExecutionId(parts[0], parts[1], firing, Integer.parseInt(parts[3]), Integer.parseInt(parts[4])),
                    parts[5].isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(parts[5])));
            return read.text().equals(text) ? Optional.of(read) : Optional.empty();
        } catch (RuntimeException noId) {
            return Optional.empty();
        }
    }
}
