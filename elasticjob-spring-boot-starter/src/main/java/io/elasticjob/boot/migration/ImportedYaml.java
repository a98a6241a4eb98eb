package io.elasticjob.boot.migration;

import io.elasticjob.JobKey;
import io.elasticjob.text.VisibleText;
import java.util.List;
import java.util.Locale;

/** Writes jobs as the settings of an application: a part of its {@code application.yaml}. Pure. */
final class ImportedYaml {

    static final String REMARK = "NOT TRANSLATED: ";

    private static final int LONGEST_COMMENT = 1_000;

    private ImportedYaml() {}

    /** @param source where the jobs were found, for the comment at the top */
    static String of(String source, List<ImportedJob> jobs) {
        StringBuilder yaml = new StringBuilder();
        comment(yaml, "", "Jobs of " + source);
        if (jobs.isEmpty()) {
            return yaml.toString();
        }
        // Comments alone would make the map that they stand in null, which no application can read.
        boolean isOnlyComments = jobs.stream().allMatch(job -> job.settings().isEmpty());
        yaml.append(isOnlyComments ? "" : "elasticjob:\n  jobs:\n");
        jobs.forEach(job -> append(yaml, isOnlyComments ? "" : "    ", job));
        return yaml.toString();
    }

    private static void append(StringBuilder yaml, String indent, ImportedJob job) {
        comment(yaml, indent, job.origin());
        job.remarks().forEach(remark -> comment(yaml, indent, REMARK + remark));
        if (job.settings().isEmpty()) {
            comment(yaml, indent, job.name() + " has no settings: it runs when it is triggered");
            return;
        }
        yaml.append(indent).append(name(job.name())).append(":\n");
        job.settings()
                .forEach((key, value) -> yaml.append(indent)
                        .append("  ")
                        .append(kebab(key))
                        .append(": ")
                        .append(value(value))
                        .append('\n'));
    }

    private static void comment(StringBuilder yaml, String indent, String text) {
        yaml.append(indent)
                .append("# ")
                .append(VisibleText.of(text, LONGEST_COMMENT))
                .append('\n');
    }

    private static String kebab(JobKey key) {
        return key.key().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    /** Names with other characters than these need brackets, so that no part of them is lost. */
    private static String name(String name) {
        return name.matches("[A-Za-z][A-Za-z0-9-]*") ? name : quoted("[" + name + "]");
    }

    private static String value(String value) {
        boolean isPlain = value.matches("true|false|[1-9][0-9]{0,8}|[0-9]+(ms|s|m|h|d)|[A-Z][A-Z_]+[A-Z]")
                && !value.matches("(?i)null|yes|no|on|off");
        return isPlain ? value : quoted(value.replace("${", "\\${"));
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append((char) c);
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append(isSeen(c) ? String.valueOf((char) c) : "\\u%04x".formatted(c));
            }
        });
        return quoted.append('"').toString();
    }

    private static boolean isSeen(int c) {
        return c >= ' ' && c != 0x7F && !Character.isISOControl(c) && c != 0x2028 && c != 0x2029 && c != 0xFEFF;
    }
}
