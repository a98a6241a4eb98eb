package io.elasticjob.benchmarks.figures;

/**
 * A figure that is shown in tables.
 *
 * @param name among the figures of the scenario
 * @param title for people, with the unit
 * @param compared whether a ratio to other systems says anything
 */
public record Column(String name, String title, boolean compared) {

    public static Column compared(String name, String title) {
        return new Column(name, title, true);
    }

    public static Column shown(String name, String title) {
        return new Column(name, title, false);
    }
}
