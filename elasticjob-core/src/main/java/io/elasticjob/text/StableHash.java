package io.elasticjob.text;

/** The hash functions that assignments and starts are made of. They are wire format: they never change, in no version. */
public final class StableHash {

    private static final long FNV_OFFSET_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private StableHash() {}

    /** 64-bit FNV-1a of the text's UTF-16 code units, the high byte of each first. */
    public static long ofText(String text) {
        long hash = FNV_OFFSET_BASIS;
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            hash = (hash ^ (unit >>> 8)) * FNV_PRIME;
            hash = (hash ^ (unit & 0xff)) * FNV_PRIME;
        }
        return hash;
    }

    /** The {@code index}-th number, from 0, that SplitMix64 draws from this seed. */
    public static long ofIndex(long seed, int index) {
        return mixed(seed + (index + 1L) * GOLDEN_GAMMA);
    }

    /** SplitMix64's finalizer: each bit of the input moves half of the bits of the result. */
    public static long mixed(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
