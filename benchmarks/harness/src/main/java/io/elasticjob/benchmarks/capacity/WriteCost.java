package io.elasticjob.benchmarks.capacity;

/**
 * What a registry needs for what is written: so long for each transaction, and so much longer for each record in it. A
 * straight line through two measured points, with transactions on their way all the time.
 */
public record WriteCost(double secondsPerTransaction, double secondsPerPut) {

    /**
     * @param small transactions a second, of one put
     * @param large transactions a second, of so many puts
     */
    public static WriteCost measured(double small, double large, int puts) {
        if (!(small > 0) || !(large > 0) || puts < 2) {
            throw new IllegalArgumentException("there have to be two points: " + small
                    + " transactions a second of 1 put, " + large + " of " + puts);
        }
        double perPut = Math.max(0, (1 / large - 1 / small) / (puts - 1));
        return new WriteCost(Math.max(0, 1 / small - perPut), perPut);
    }

    /** The share of its time that a registry writes; from 1 on it cannot keep up. */
    public double share(Traffic perSecond) {
        return perSecond.transactions() * secondsPerTransaction + perSecond.puts() * secondsPerPut;
    }
}
