package io.elasticjob.slurm;

import java.util.List;
import java.util.Map;

/**
 * A program of Slurm with its arguments, as no shell reads them.
 *
 * @param environment beside what is handed on of this process
 * @param input what it reads
 */
record Command(List<String> words, Map<String, String> environment, String input) {

    Command {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
    }

    static Command of(String... words) {
        return new Command(List.of(words), Map.of(), "");
    }

    /** Its name, without the folder that it is in. */
    String program() {
        String path = words.get(0);
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
