package io.elasticjob.history;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The beginning and the end of a log, in whole lines: its first {@link #HEAD} and its last {@link #TAIL} bytes of UTF-8 at
 * most, whatever is added. Takes no more memory than what was added. Not safe for use by several threads.
 */
final class LogBuffer {

    static final int HEAD = 16 * 1024;
    static final int TAIL = 48 * 1024;

    /** The longest entry, in bytes, with the line that says what of it was cut. */
    static final int ENTRY = 8 * 1024;

    /** For a line that says what was cut. */
    private static final int MARK = 64;

    private static final int LEAST = 512;

    private byte[] head = {};
    private int headLength;

    /** A ring, once it is as long as it gets. */
    private byte[] tail = {};
    /** Bytes that were ever put into the tail. */
    private long tailTotal;

    /** Adds an entry, which may have several lines. */
    void add(String entry) {
        byte[] bytes = bytes(entry);
        if (tailTotal == 0 && headLength + bytes.length <= HEAD) {
            head = roomFor(head, headLength + bytes.length, HEAD);
            System.arraycopy(bytes, 0, head, headLength, bytes.length);
            headLength += bytes.length;
        } else {
            addToTail(bytes);
        }
    }

    private void addToTail(byte[] bytes) {
        if (tail.length < TAIL) { // it has not gone round yet
            tail = roomFor(tail, (int) Math.min(TAIL, tailTotal + bytes.length), TAIL);
        }
        int at = (int) (tailTotal % tail.length);
        int untilTheEnd = Math.min(bytes.length, tail.length - at);
        System.arraycopy(bytes, 0, tail, at, untilTheEnd);
        System.arraycopy(bytes, untilTheEnd, tail, 0, bytes.length - untilTheEnd);
        tailTotal += bytes.length;
    }

    private static byte[] roomFor(byte[] present, int length, int most) {
        return length <= present.length
                ? present
                : Arrays.copyOf(present, Math.min(most, Math.max(length, Math.max(LEAST, 2 * present.length))));
    }

    /** The entry with the end of its line, cut to {@link #ENTRY} bytes. */
    private static byte[] bytes(String entry) {
        String whole = entry.replace('\0', '\uFFFD') + "\n"; // PostgreSQL takes no NUL
        byte[] bytes = (whole.length() <= ENTRY ? whole : whole.substring(0, ENTRY)).getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= ENTRY && whole.length() <= ENTRY) {
            return bytes;
        }
        int end = ENTRY - MARK;
        while ((bytes[end] & 0xC0) == 0x80) {
            end--; // within a character
        }
        String start = new String(bytes, 0, end, StandardCharsets.UTF_8);
        String mark = "\n[… the last " + (entry.length() - start.length()) + " characters of this entry are cut]\n";
        return (start + mark).getBytes(StandardCharsets.UTF_8);
    }

    boolean isEmpty() {
        return headLength == 0 && tailTotal == 0;
    }

    /** All that is left, and where something was cut, how much. */
    String text() {
        byte[] end = end();
        long cut = tailTotal - end.length;
        return utf8(head, 0, headLength) + (cut == 0 ? "" : mark(cut)) + utf8(end, 0, end.length);
    }

    /**
     * The last lines.
     *
     * @param most how many bytes of UTF-8, at least a few hundred and at most {@link #TAIL}, with the line that says how much
     *     came before
     */
    String last(int most) {
        byte[] end = end();
        long before = tailTotal - end.length;
        if (before == 0 && headLength + end.length <= most) {
            return text();
        }
        byte[] shown = before == 0 ? joined(end) : end;
        int room = most - MARK;
        int from = shown.length <= room ? 0 : afterLine(shown, shown.length - room - 1);
        return mark(headLength + tailTotal - (shown.length - from)) + utf8(shown, from, shown.length - from);
    }

    private byte[] joined(byte[] end) {
        byte[] all = Arrays.copyOf(head, headLength + end.length);
        System.arraycopy(end, 0, all, headLength, end.length);
        return all;
    }

    /** The whole lines that are in the tail. */
    private byte[] end() {
        if (tailTotal <= tail.length) {
            return Arrays.copyOf(tail, (int) tailTotal);
        }
        int oldest = (int) (tailTotal % tail.length);
        byte[] straight = new byte[tail.length];
        System.arraycopy(tail, oldest, straight, 0, tail.length - oldest);
        System.arraycopy(tail, 0, straight, tail.length - oldest, oldest);
        return Arrays.copyOfRange(straight, afterLine(straight, 0), straight.length);
    }

    /** Where the first line begins that begins after this place; no line is longer than an entry. */
    private static int afterLine(byte[] bytes, int at) {
        int end = at;
        while (bytes[end] != '\n') {
            end++;
        }
        return end + 1;
    }

    private static String mark(long cut) {
        return "[… " + cut + " bytes are cut here]\n";
    }

    private static String utf8(byte[] bytes, int from, int length) {
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }
}
