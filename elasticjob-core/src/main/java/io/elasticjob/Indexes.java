package io.elasticjob;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A set of numbers from 0 on, written as ranges: {@code 0-2,4}. As Kubernetes writes them, two neighbours are a list and three
 * or more a range, so that each set has one text. It is immutable.
 *
 * @since 0.1.0
 */
public final class Indexes {

    /** The largest number that can be in one. */
    public static final int MAX = 999_999;

    /** The empty set. */
    public static final Indexes NONE = new Indexes(new BitSet());

    private final BitSet bits;

    private Indexes(BitSet bits) {
        this.bits = bits;
    }

    /** @throws IllegalArgumentException when one is negative, or more than {@link #MAX} */
    public static Indexes of(int... numbers) {
        BitSet bits = new BitSet();
        for (int number : numbers) {
            bits.set(checked(number));
        }
        return new Indexes(bits);
    }

    /** @throws IllegalArgumentException when one is negative, or more than {@link #MAX} */
    public static Indexes of(Collection<Integer> numbers) {
        return of(numbers.stream().mapToInt(Integer::intValue).toArray());
    }

    /** All from 0 to one less than {@code count}. */
    public static Indexes upTo(int count) {
        BitSet bits = new BitSet();
        if (count > 0) {
            bits.set(0, checked(count - 1) + 1);
        }
        return new Indexes(bits);
    }

    /**
     * What {@link #text()} has written, or a list like it: numbers and ranges, separated by commas, in any order.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static Indexes parse(String text) {
        BitSet bits = new BitSet();
        if (text.isEmpty()) {
            return NONE;
        }
        for (String part : text.split(",", -1)) {
            int dash = part.indexOf('-');
            int from = number(dash < 0 ? part : part.substring(0, dash));
            int to = dash < 0 ? from : number(part.substring(dash + 1));
            if (to < from) {
                throw new IllegalArgumentException("The range \"" + part + "\" ends before it begins");
            }
            bits.set(from, to + 1);
        }
        return new Indexes(bits);
    }

    private static int number(String digits) {
        if (digits.isEmpty() || digits.length() > 6 || !digits.chars().allMatch(each -> each >= '0' && each <= '9')) {
            throw new IllegalArgumentException("A number or a range from 0 to " + MAX + " is expected, such as 0-2,4");
        }
        return Integer.parseInt(digits);
    }

    private static int checked(int number) {
        if (number < 0 || number > MAX) {
            throw new IllegalArgumentException(number + " is not from 0 to " + MAX);
        }
        return number;
    }

    public boolean contains(int number) {
        return number >= 0 && bits.get(number);
    }

    public boolean isEmpty() {
        return bits.isEmpty();
    }

    /** How many there are. */
    public int size() {
        return bits.cardinality();
    }

    /** From the smallest to the largest. */
    public IntStream stream() {
        return bits.stream();
    }

    /** What is in this one, in the other, or in both. */
    public Indexes with(Indexes other) {
        BitSet union = (BitSet) bits.clone();
        union.or(other.bits);
        return new Indexes(union);
    }

    /** What is in this one, and not in the other. */
    public Indexes without(Indexes other) {
        BitSet difference = (BitSet) bits.clone();
        difference.andNot(other.bits);
        return new Indexes(difference);
    }

    /** {@code 0-2,4}; "" for the empty set. */
    public String text() {
        List<String> parts = new ArrayList<>();
        for (int from = bits.nextSetBit(0); from >= 0; ) {
            int to = bits.nextClearBit(from) - 1;
            parts.add(to == from ? "" + from : to == from + 1 ? from + "," + to : from + "-" + to);
            from = bits.nextSetBit(to + 1);
        }
        return String.join(",", parts);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Indexes that && bits.equals(that.bits);
    }

    @Override
    public int hashCode() {
        return bits.hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
