package io.elasticjob.boot.migration;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.text.NearestName;
import java.util.HashSet;
import java.util.Set;

/** Gives jobs names that they may have here, and each of them another one. */
final class ImportedNames {

    private static final int ROOM_FOR_A_NUMBER = 5;

    private final Set<String> taken = new HashSet<>();

    /** The name itself where it can be used and is free; else one that is near it. */
    String of(String wanted) {
        String name = usable(wanted);
        String free = name;
        for (int number = 2; !taken.add(NearestName.plain(free)); number++) {
            free = name + "-" + number;
        }
        return free;
    }

    private static String usable(String wanted) {
        try {
            return JobDefinition.checkedName("name", wanted);
        } catch (InvalidSettingException unusable) {
            String plain = wanted.replaceAll("[^\\p{L}\\p{N}._-]+", "-").replaceAll("^[-.]+|[-.]+$", "");
            String cut =
                    plain.substring(0, Math.min(plain.length(), JobDefinition.MAX_NAME_LENGTH - ROOM_FOR_A_NUMBER));
            return cut.isEmpty() ? "job" : cut;
        }
    }
}
