package io.elasticjob.slurm;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.text.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster of Slurm is reached, and what it can run. Messages of what cannot be used name the property below
 * {@code elasticjob.slurm} that it is the value of.
 *
 * @param name which cluster it is, as records know it
 * @param directory that this machine and all nodes share
 * @param programs folder of {@code sbatch} and the others; null for the PATH
 * @param configuration file {@code slurm.conf}; null for that of the system
 * @param times how long what takes
 * @param templates by their names
 * @since 0.1.0
 */
public record SlurmSettings(
        String name,
        Path directory,
        @Nullable Path programs,
        @Nullable Path configuration,
        Times times,
        Map<String, SlurmTemplate> templates) {

    /**
     * How long what takes.
     *
     * @param poll between two questions what runs
     * @param command after which a program of Slurm is given up, at most 20 s
     * @param lost after which a task that neither Slurm nor a file tells of counts as lost: longer than a shared directory
     *     shows old contents
     * @param keep after which what a run has left is deleted although nobody has asked for that
     */
    public record Times(Duration poll, Duration command, Duration lost, Duration keep) {

        public static final Times DEFAULT =
                new Times(Duration.ofSeconds(2), Duration.ofSeconds(20), Duration.ofSeconds(30), Duration.ofDays(30));

        public Times {
            check("poll-interval", poll, Duration.ofMillis(100), Duration.ofSeconds(10));
            check("command-timeout", command, Duration.ofSeconds(1), Duration.ofSeconds(20));
            check("lost-after", lost, Duration.ofSeconds(1), Duration.ofHours(1));
            check("keep", keep, Duration.ofDays(1), Duration.ofDays(3650));
        }

        private static void check(String key, Duration value, Duration least, Duration most) {
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw new InvalidSettingException(
                        PREFIX + key,
                        Durations.format(value),
                        "must be at least " + Durations.format(least) + " and at most " + Durations.format(most));
            }
        }
    }

    static final String PREFIX = "elasticjob.slurm.";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");
    private static final Pattern TEMPLATE = Pattern.compile("[A-Za-z0-9._-]{1,100}");
    private static final Pattern DIRECTORY = Pattern.compile("/[A-Za-z0-9/._+@-]*");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern OPTION = Pattern.compile("--([a-z][a-z-]*)(=.*)?", Pattern.DOTALL);

    /** Options of sbatch that say what this module says, or that have its answer look otherwise. */
    private static final List<String> OURS = List.of(
            "array",
            "chdir",
            "cluster",
            "clusters",
            "comment",
            "dependency",
            "error",
            "export",
            "export-file",
            "hold",
            "input",
            "job-name",
            "output",
            "parsable",
            "quiet",
            "requeue",
            "no-requeue",
            "test-only",
            "wait",
            "wrap");

    public SlurmSettings {
        templates = new LinkedHashMap<>(templates);
        if (!NAME.matcher(name).matches()) {
            throw new InvalidSettingException(
                    PREFIX + "name",
                    name,
                    "must have at most 40 lower-case letters, digits and \"-\", and begin with a letter");
        }
        if (!DIRECTORY.matcher(directory.toString()).matches()) {
            throw new InvalidSettingException(
                    PREFIX + "directory",
                    directory.toString(),
                    "must be an absolute path of letters, digits and any of \"/._+@-\": Slurm gives others a meaning");
        }
        templates.forEach(SlurmSettings::check);
    }

    private static void check(String name, SlurmTemplate template) {
        String key = PREFIX + "templates." + name;
        if (!TEMPLATE.matcher(name).matches()) {
            throw new InvalidSettingException(
                    PREFIX + "templates",
                    name,
                    "is no name of a template: it must have at most 100 letters, digits and any of \"._-\"");
        }
        if (template.command().isEmpty() || template.command().get(0).isBlank()) {
            throw new InvalidSettingException(
                    key + ".command",
                    "",
                    "is missing: list the program and its arguments, such as [/opt/resize, --all]");
        }
        template.command().forEach(word -> checkText(key + ".command", word));
        template.environment().forEach((variable, value) -> {
            checkText(key + ".environment." + variable, value);
            if (!VARIABLE.matcher(variable).matches() || variable.startsWith("EJ_")) {
                throw new InvalidSettingException(
                        key + ".environment",
                        variable,
                        "cannot be set: a name has letters, digits and \"_\", and does not begin with EJ_");
            }
        });
        for (int i = 0; i < template.options().size(); i++) {
            checkOption(key + ".options[" + i + "]", template.options().get(i));
        }
        Path directory = template.workingDirectory();
        if (directory != null && !directory.isAbsolute()) {
            throw new InvalidSettingException(
                    key + ".working-directory", directory.toString(), "must be an absolute path");
        }
    }

    private static void checkText(String key, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new InvalidSettingException(key, "(text)", "must not have the character U+0000");
        }
    }

    private static void checkOption(String key, String option) {
        checkText(key, option);
        var parts = OPTION.matcher(option);
        if (!parts.matches()) {
            throw new InvalidSettingException(key, option, "must be a long option of sbatch, such as --partition=long");
        }
        // sbatch takes each beginning of an option for it
        String written = parts.group(1);
        OURS.stream().filter(ours -> ours.startsWith(written)).findFirst().ifPresent(ours -> {
            throw new InvalidSettingException(key, option, "cannot be set: ElasticJob sets --" + ours + " itself");
        });
    }
}
