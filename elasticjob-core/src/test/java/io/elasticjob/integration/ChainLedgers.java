package io.elasticjob.integration;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What all processes of a chain have written down so far, and what is wrong with it. */
final class ChainLedgers {

    private final Path folder;
    private final Map<Path, Long> readUpTo = new HashMap<>();

    /** By job and trigger, the firings that it ran after, as each execution was told. */
    private final Map<String, Map<Long, Set<String>>> runs = new TreeMap<>();

    private int executions;
    private int attemptsAfterTheFirst;

    ChainLedgers(Path folder) {
        this.folder = folder;
    }

    /** Reads on. */
    ChainLedgers now() {
        try (var files = Files.newDirectoryStream(folder, "*.ledger")) {
            for (Path ledger : files) {
                readOn(ledger);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    private void readOn(Path ledger) throws IOException {
        long from = readUpTo.getOrDefault(ledger, 0L);
        if (Files.size(ledger) == from) {
            return;
        }
        try (RandomAccessFile file = new RandomAccessFile(ledger.toFile(), "r")) {
            byte[] more = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(more);
            String text = new String(more, StandardCharsets.UTF_8);
            int whole = text.lastIndexOf('\n') + 1; // a line is not there before its end is
            text.substring(0, whole).lines().forEach(this::add);
            readUpTo.put(ledger, from + text.substring(0, whole).getBytes(StandardCharsets.UTF_8).length);
        }
    }

    private void add(String line) {
        String[] parts = line.split(" ", 4);
        executions++;
        attemptsAfterTheFirst += parts[2].equals("1") ? 0 : 1;
        runs.computeIfAbsent(parts[0], any -> new TreeMap<>())
                .computeIfAbsent(Long.parseLong(parts[1]), any -> new TreeSet<>())
                .add(parts[3]);
    }

    /** How many firings of a job have begun. */
    int begun(String job) {
        return of(job).size();
    }

    int executions() {
        return executions;
    }

    /** Executions that took the place of one that was cut off. */
    int attemptsAfterTheFirst() {
        return attemptsAfterTheFirst;
    }

    private Map<Long, Set<String>> of(String job) {
        return runs.getOrDefault(job, Map.of());
    }

    /** What is wrong: of each firing of the first job, each other job has one, and the join has those that belong together. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        Map<Long, Long> left = originsOf("left", faults);
        Map<Long, Long> right = originsOf("right", faults);
        Map<Long, Long> byOrigin = new TreeMap<>();
        of("last").forEach((trigger, told) -> {
            for (String causes : told) {
                String[] both = causes.split(",");
                Long ofLeft = both.length == 2 && both[0].startsWith("left/") ? left.get(number(both[0])) : null;
                Long ofRight = both.length == 2 && both[1].startsWith("right/") ? right.get(number(both[1])) : null;
                if (ofLeft == null || !ofLeft.equals(ofRight)) {
                    faults.add("joined what does not belong together: last/" + trigger + " after " + causes);
                } else {
                    Long other = byOrigin.putIfAbsent(ofLeft, trigger);
                    if (other != null && !other.equals(trigger)) {
                        faults.add("doubled: last/" + other + " and last/" + trigger + " after first/" + ofLeft);
                    }
                }
            }
        });
        lost("last", byOrigin.keySet(), faults);
        return faults;
    }

    /** By trigger, the firing of the first job that it ran after. */
    private Map<Long, Long> originsOf(String job, List<String> faults) {
        Map<Long, Long> origins = new TreeMap<>();
        Map<Long, Long> byOrigin = new TreeMap<>();
        of(job).forEach((trigger, told) -> {
            if (told.size() != 1) {
                faults.add("told one firing of several causes: " + job + "/" + trigger + " after " + told);
            }
            long origin = number(told.iterator().next());
            origins.put(trigger, origin);
            Long other = byOrigin.putIfAbsent(origin, trigger);
            if (other != null) {
                faults.add("doubled: " + job + "/" + other + " and " + job + "/" + trigger + " after first/" + origin);
            }
        });
        lost(job, byOrigin.keySet(), faults);
        return origins;
    }

    private void lost(String job, Set<Long> there, List<String> faults) {
        of("first").keySet().stream()
                .filter(origin -> !there.contains(origin))
                .forEach(origin -> faults.add("lost: " + job + " after first/" + origin));
    }

    /** @param cause such as {@code left/trigger-12 SUCCEEDED} */
    private static long number(String cause) {
        return Long.parseLong(cause.replaceFirst(".*/trigger-(\\d+) .*", "$1"));
    }
}
