package io.elasticjob.spi;

import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/**
 * Which execution an {@link ArrayRun} is: one attempt at one firing of a job. No two executions that ever were have the same
 * one, since a job that is removed and created again has another {@code life}. A cluster keeps it with what it creates, in
 * full, so that {@link Cluster#list} can tell it.
 *
 * @param namespace of the job
 * @param life tells the job from one of the same name that was removed before
 * @param attempt from 1
 * @since 0.1.0
 */
public record RunId(String namespace, String job, String life, Firing firing, int attempt) {

    private static final String DIGITS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int LENGTH_OF_HASH = 13;
    private static final int LENGTH_OF_JOB = 24;

    /** The run of an execution whose job is one shard for the engine. */
    public static RunId of(String namespace, ExecutionId execution) {
        return new RunId(namespace, execution.job(), execution.life(), execution.firing(), execution.attempt());
    }

    /**
     * Under which name a cluster creates it: {@code ej-(job)-(hash)}, at most 41 characters. It is a DNS label, and still one
     * with an index of up to 20 digits behind it. The same run has the same name in each process; different runs have
     * different ones.
     */
    public String name() {
        String readable = job.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String cut = readable.substring(0, Math.min(LENGTH_OF_JOB, readable.length()));
        String trimmed = cut.replaceAll("^-+|-+$", "");
        return "ej-" + (trimmed.isEmpty() ? "job" : trimmed) + "-" + hash();
    }

    private String hash() {
        byte[] digest = sha256(
                (lengthAndText(namespace) + lengthAndText(job) + lengthAndText(life) + firing.text() + "/" + attempt)
                        .getBytes(StandardCharsets.UTF_8));
        StringBuilder text = new StringBuilder();
        long rest = 0;
        int bits = 0;
        for (int next = 0; text.length() < LENGTH_OF_HASH; ) {
            if (bits < 5) {
                rest = (rest << 8 | (digest[next++] & 0xff)) & 0xfff;
                bits += 8;
            }
            bits -= 5;
            text.append(DIGITS.charAt((int) (rest >> bits & 31)));
        }
        return text.toString();
    }

    /** So that no two lists of texts read alike. */
    private static String lengthAndText(String text) {
        return text.length() + ":" + text + "/";
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Each Java platform has SHA-256", impossible);
        }
    }

    /** {@code job@life/firing/attempt}: for people and logs. */
    @Override
    public String toString() {
        return job + "@" + life + "/" + firing.text() + "/" + attempt;
    }
}
